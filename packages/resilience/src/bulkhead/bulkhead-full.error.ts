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
      `Policy "${policy}": bulkhead is full (maxConcurrent: ${maxConcurrent}). ${WHY[reason](maxQueue)} Try again later.`,
    );
  }
}

const WHY: Record<Refusal, (maxQueue: number) => string> = {
  full: (maxQueue) =>
    maxQueue === 0 ? 'Calls wait only where maxQueue lets them.' : `${maxQueue} others wait already.`,
  'queue-timeout': () => 'No call ended while this one could wait.',
  displaced: () => 'A call of a higher priority took its place in the queue.',
};
