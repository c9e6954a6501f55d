import { channel } from 'node:diagnostics_channel';
import { type Observable, Subject } from 'rxjs';
import { type EventSink } from './event-sink.js';
import { EventStream } from './event-stream.js';
import { type CircuitChange, type ResilienceEvent } from './resilience-event.js';

/**
 * The `node:diagnostics_channel` on which the events of every app in the process are published, each a
 * `ResilienceEvent`. For what watches a process from outside of its apps; in an app, use `PolicyRegistry.events$`.
 * What a subscriber of the channel throws is, as Node.js has it for every channel, an uncaught exception.
 */
export const RESILIENCE_CHANNEL = 'rookery:resilience';

const published = channel(RESILIENCE_CHANNEL);

/** Hands events to whoever listens. No listener changes what happens to a call, not even one that throws. */
export class EventHub implements EventSink {
  readonly #all = new Subject<ResilienceEvent>();
  readonly #circuits = new Subject<CircuitChange>();

  readonly all$: Observable<ResilienceEvent> = streamOf(this.#all);
  readonly circuits$: Observable<CircuitChange> = streamOf(this.#circuits);

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

function streamOf<T>(events: Subject<T>): Observable<T> {
  return new EventStream<T>((listener) => events.subscribe(listener));
}

function isCircuitChange(event: ResilienceEvent): event is CircuitChange {
  return event.type.startsWith('circuit-');
}
