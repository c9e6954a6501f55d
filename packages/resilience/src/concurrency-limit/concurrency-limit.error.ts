import { RejectionError } from '../errors/rejection.error.js';
import { type Refusal } from '../waiting/refusal.js';

/** As many calls were under way as can be served in good time, and this one did not get in: it was not made. */
export class ConcurrencyLimitError extends RejectionError {
  readonly code = 'CONCURRENCY_LIMITED';
  override readonly status = 503;

  constructor(
    /** The name of the policy or method whose limit it is. */
    readonly policy: string,
    /** How many calls could be under way at once. */
    readonly limit: number,
    /** Whether there was no place to wait, the wait was too long, or a call of a higher priority took the place. */
    readonly reason: Refusal,
    /** After how long it is worth another try, in milliseconds. An estimate. */
    readonly retryAfterMs: number,
  ) {
    super(
      `Policy "${policy}": ${limit} calls at once are as many as are answered in good time now. ${WHY[reason]} ` +
        `Try again in about ${Math.ceil(retryAfterMs)} ms.`,
    );
  }
}

const WHY: Record<Refusal, string> = {
  full: 'There was no place left to wait for one of them to end.',
  'queue-timeout': 'None of them ended while the call could wait.',
  displaced: 'A call of a higher priority took the place of this one in the queue.',
};
