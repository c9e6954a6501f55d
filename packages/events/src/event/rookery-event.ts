import { type Duration } from '@rookery/common';

/** Something that happened, as publishers and handlers see it. `(source, id)` is its identity. */
export interface RookeryEvent<T = unknown> {
  /** Unique within `source`. Default: a UUIDv7, so that ids sort by time. */
  readonly id: string;
  /** What happened, in dot-separated words, such as `user.created`. */
  readonly type: string;
  /** Who says so: the service's name, the same for all of its replicas. */
  readonly source: string;
  /** The facts; what JSON can carry. */
  readonly data: T;
  /** When it was published. */
  readonly timestamp: Date;
  /** The version of the shape of `data`. Default `'1'`. */
  readonly version: string;
  /** What it happened to, such as a user's id. */
  readonly subject?: string;
  /** Events of one key belong together: a broker that orders, orders by it. */
  readonly key?: string;
  /** From then on it is of no use to anyone: no attempt to handle it begins any more. Unset: it never expires. */
  readonly expiresAt?: Date;
  /** What travels with it, such as `traceparent`. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a publisher may say about an event besides its type and data. */
export interface PublishOptions {
  /** An id of your own makes publishing again harmless: the second event of an id is not delivered. */
  id?: string;
  /** See `RookeryEvent.key`. */
  key?: string;
  /** See `RookeryEvent.subject`. */
  subject?: string;
  /** See `RookeryEvent.version`. Default `'1'`. */
  version?: string;
  /**
   * How long the event is of use, from its publishing. Once that is over, handlers that have not begun it are spared it, and
   * it is tried again no more. Publisher and handlers go by their own clocks, so seconds are a sensible least. Default: for
   * ever.
   */
  expiresIn?: Duration;
  /** Travel with the event. A `traceparent` of the running trace replaces one that is given. */
  headers?: Readonly<Record<string, string>>;
}
