import { type Backoff } from '@rookery/common';
import { type ConsumerSpec } from '../broker/consumer-spec.js';
import { type RookeryEvent } from '../event/rookery-event.js';
import { type ErrorRule } from './error-rules.js';

/** A handler and how its events are tried; everything checked and with its defaults. */
export interface HandlerSpec {
  readonly consumer: ConsumerSpec;
  /** What it handles, for traces: the event's type, or the queue's name. */
  readonly label?: string;
  /** Further tries after the first. */
  readonly retries: number;
  readonly backoff: Backoff;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly errors?: readonly ErrorRule[] | undefined;
  /** Makes of an event what its contract says. Rejects with an `EventMismatchError`. Unset: events are handed out as they are. */
  readonly read?: ((event: RookeryEvent) => Promise<RookeryEvent>) | undefined;
  readonly invoke: (event: RookeryEvent, signal: AbortSignal) => unknown;
}
