import { RejectionError } from '../errors/rejection.error.js';

/** Too many of the last calls failed, and this one was not made: it would have failed as well, or made others fail. */
export class ThrottledError extends RejectionError {
  readonly code = 'THROTTLED';
  override readonly status = 503;

  constructor(
    /** The name of the policy or method whose throttle it is. */
    readonly policy: string,
    /** How many of the calls of this priority are turned away now, as a part of 1. */
    readonly rejectionRate: number,
  ) {
    super(
      `Policy "${policy}": too many of the last calls failed, so ${Math.round(rejectionRate * 100)} % of the calls of ` +
        'this priority are turned away. Fewer are as soon as more of those that are let through succeed.',
    );
  }
}
