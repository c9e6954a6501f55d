import { RejectionError } from '../errors/rejection.error.js';

/** The circuit is open, by itself or by hand, or half-open with every trial call under way: the call was not made. */
export class CircuitOpenError extends RejectionError {
  readonly code = 'CIRCUIT_OPEN';
  override readonly status = 503;

  constructor(
    /** The name of the policy or method whose circuit it is. */
    readonly policy: string,
    /**
     * Milliseconds until the circuit lets a call through again; 0 when it waits for its trial calls to end, `undefined`
     * when it was opened by hand and nobody said for how long.
     */
    readonly retryAfterMs: number | undefined,
    /** Why somebody opened it by hand; `undefined` when it opened by itself. */
    readonly forcedBecause?: string,
  ) {
    super(`Policy "${policy}": circuit breaker ${cause(forcedBecause)}. ${prospect(retryAfterMs)}`);
  }
}

function cause(forcedBecause: string | undefined): string {
  return forcedBecause === undefined ? 'is open' : `was forced open ("${forcedBecause}")`;
}

function prospect(retryAfterMs: number | undefined): string {
  if (retryAfterMs === undefined) return 'Calls are let through again when somebody ends that.';
  if (retryAfterMs <= 0) return 'It waits for its trial calls to end.';
  return `Calls are let through again in ${Math.ceil(retryAfterMs)} ms.`;
}
