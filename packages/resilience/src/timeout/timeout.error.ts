import { RookeryError } from '@rookery/common';

/**
 * Which limit ran out: the one for the whole call with its retries, the one for a single attempt, or the deadline that
 * the caller had set and that was shorter than either.
 */
export type TimeoutScope = 'total' | 'attempt' | 'deadline';

/** A call took too long. Its signal was aborted with this error, and nobody waits for it any more. */
export class TimeoutError extends RookeryError {
  readonly code = 'TIMEOUT';
  override readonly status = 504;

  constructor(
    readonly policy: string,
    /** How long it was allowed to take, in milliseconds. */
    readonly timeoutMs: number,
    readonly scope: TimeoutScope,
    /** The moment at which the time was up, on the monotonic clock; `undefined` when nobody noted it. */
    readonly deadline?: number,
  ) {
    super(`Policy "${policy}": no result within ${Math.round(timeoutMs)} ms (${LIMITS[scope]}).`);
  }
}

const LIMITS: Record<TimeoutScope, string> = {
  total: 'timeout.total, for all attempts together',
  attempt: 'timeout.attempt, for each attempt',
  deadline: "what was left of the caller's deadline",
};
