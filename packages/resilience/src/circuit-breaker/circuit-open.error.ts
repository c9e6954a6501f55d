import { RejectionError } from '../errors/rejection.error.js';

/** The circuit is open, or half-open with every trial call under way: the call was not made. */
export class CircuitOpenError extends RejectionError {
  readonly code = 'CIRCUIT_OPEN';
  override readonly status = 503;

  constructor(
    /** The name of the policy or method whose circuit it is. */
    readonly policy: string,
    /** Milliseconds until the circuit lets a call through again; 0 when it waits for its trial calls to end. */
    readonly retryAfterMs: number,
  ) {
    super(
      `Policy "${policy}": circuit breaker is open. ` +
        (retryAfterMs > 0
          ? `Calls are let through again in ${Math.ceil(retryAfterMs)} ms.`
          : 'It waits for its trial calls to end.'),
    );
  }
}
