import { type DeadRecord } from '../broker/dead-letter-store.js';
import { type Failure } from '../broker/delivery.js';
import { type Message } from '../broker/message.js';

/** An event as a database keeps it: the columns of its log. */
export interface MessageRow extends Omit<Message, 'key'> {
  readonly key: string | null;
}

/** A dead letter with its event. */
export interface DeadRow extends MessageRow {
  readonly letter: number;
  readonly grp: string;
  readonly handler: string;
  readonly attempts: number;
  readonly first_failed: number;
  /** A `Failure` as JSON. */
  readonly failure: string;
}

export function toMessage({ source, id, type, key, body }: MessageRow): Message {
  return { source, id, type, body, ...(key !== null && { key }) };
}

export function toDeadRecord(row: DeadRow): DeadRecord {
  return {
    id: String(row.letter),
    message: toMessage(row),
    group: row.grp,
    handler: row.handler,
    attempts: row.attempts,
    firstFailedAt: row.first_failed,
    failure: JSON.parse(row.failure) as Failure,
  };
}
