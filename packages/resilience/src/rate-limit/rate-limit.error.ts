import { RejectionError } from '../errors/rejection.error.js';

/** More calls came than the rate allows: this one was not made. */
export class RateLimitError extends RejectionError {
  readonly code = 'RATE_LIMITED';
  override readonly status = 429;

  constructor(
    /** The name of the policy or method whose limit it is. */
    readonly policy: string,
    /** How many calls are let through in each `perMs`. */
    readonly limit: number,
    /** In milliseconds. */
    readonly perMs: number,
    /** Whole milliseconds until a call gets through at once, if no other one comes first. */
    readonly retryAfterMs: number,
  ) {
    super(
      `Policy "${policy}": rate limit of ${limit} per ${perMs} ms is used up. ` +
        `The next call can be made in ${retryAfterMs} ms.`,
    );
  }
}
