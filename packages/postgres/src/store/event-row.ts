import { type Message } from '@rookery/events';

/** An event as the table of events has it. */
export interface EventRow {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly body: string;
}

export function toMessage({ source, id, type, key, body }: EventRow): Message {
  return { source, id, type, ...(key !== null && { key }), body };
}
