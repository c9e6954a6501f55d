import { type Clock, type Random } from '@rookery/common';
import { type EventSink } from '../events/event-sink.js';

/** What every policy of an app shares. */
export interface PolicyParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventSink;
}
