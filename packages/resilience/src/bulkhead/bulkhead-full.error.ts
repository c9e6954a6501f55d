import { RejectionError } from '../errors/rejection.error.js';
import { type Refusal } from '../waiting/refusal.js';

/** As many calls were under way as may be, and this one did not get in: it was not made. */
export class BulkheadFullError extends RejectionError {
  readonly code = 'BULKHEAD_FULL';
  override readonly status = 503;

  constructor(
    /** The name of the policy or method whose bulkhead it is. */
    readonly policy: string,
    /** How many calls may be under way at once. */
    readonly maxConcurrent: number,
    /** How many calls may wait. */
    readonly maxQueue: number,
    /** Whether there was no place to wait, the wait was too long, or a call of a higher priority took the place. */
    readonly reason: Refusal,
  ) {
    super(
      `Policy "${policy}": bulkhead is full, with ${maxConcurrent} calls under way. ${WHY[reason](maxQueue)}`,
    );
  }
}

const WHY: Record<Refusal, (maxQueue: number) => string> = {
  full: (maxQueue) => (maxQueue === 0 ? 'Calls do not wait here.' : `${maxQueue} others wait already.`),
  'queue-timeout': () => 'None of them ended while the call could wait.',
  displaced: () => 'A call of a higher priority took its place in the queue.',
};
