import { channel } from 'node:diagnostics_channel';
import { type Observable, Subject } from 'rxjs';
import { type EventSink } from './event-sink.js';
import { type CircuitChange, type ResilienceEvent } from './resilience-event.js';

/**
 * The `node:diagnostics_channel` on which the events of every app in the process are published, each a
 * `ResilienceEvent`. For what watches a process from outside of its apps; in an app, use `PolicyRegistry.events$`.
 */
export const RESILIENCE_CHANNEL = 'rookery:resilience';

const published = channel(RESILIENCE_CHANNEL);

/** Hands events to whoever listens. */
export class EventHub implements EventSink {
  readonly #all = new Subject<ResilienceEvent>();
  readonly #circuits = new Subject<CircuitChange>();

  readonly all$: Observable<ResilienceEvent> = this.#all.asObservable();
  readonly circuits$: Observable<CircuitChange> = this.#circuits.asObservable();

  /** Listeners to changes of circuits do not count: those are rare, and always reported. */
  get observed(): boolean {
    return this.#all.observed || published.hasSubscribers;
  }

  next(event: ResilienceEvent): void {
    this.#all.next(event);
    if (published.hasSubscribers) published.publish(event);
    if (isCircuitChange(event)) this.#circuits.next(event);
  }
}

function isCircuitChange(event: ResilienceEvent): event is CircuitChange {
  return event.type.startsWith('circuit-');
}
