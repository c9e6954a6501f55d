import { type ResilienceEvent } from './resilience-event.js';

/** Where policies report what they do. */
export interface EventSink {
  /** Whether anybody listens; where events come in floods, policies do not even create them otherwise. */
  readonly observed: boolean;
  next(event: ResilienceEvent): void;
}
