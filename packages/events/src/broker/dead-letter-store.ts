import { type Failure } from './delivery.js';
import { type Message } from './message.js';

/** A delivery that failed for good, as a broker keeps it. */
export interface DeadRecord {
  /** Identifies the record within the broker. */
  readonly id: string;
  readonly message: Message;
  readonly group: string;
  readonly handler: string;
  readonly attempts: number;
  /** When the first attempt failed, in milliseconds since the epoch. */
  readonly firstFailedAt: number;
  readonly failure: Failure;
}

/** Which dead letters: those for which everything given holds. */
export interface DeadLetterFilter {
  group?: string;
  handler?: string;
  /** The event's type, as it is. */
  type?: string;
  /** These and no others. */
  ids?: readonly string[];
  /** At most this many, oldest first. Default 100 when listing, all when replaying or discarding. */
  limit?: number;
}

/** The dead letters of a broker. */
export interface DeadLetterStore {
  /** Oldest first. */
  list(filter: DeadLetterFilter): Promise<DeadRecord[]>;
  /**
   * Delivers again, to the handler that failed alone, with all of its attempts. Returns how many; a letter whose
   * consumer the broker does not know any more stays where it is.
   */
  replay(filter: DeadLetterFilter): Promise<number>;
  /** Forgets them. Returns how many. */
  discard(filter: DeadLetterFilter): Promise<number>;
}
