import { checkOptions, check, is, required, shape } from '@rookery/common';
import { type ConsumerStatus } from '../broker/broker.js';
import { type EventContract } from '../contract/event-contract.js';
import { assertFits } from '../contract/fitting-data.js';
import { contractsIn, patternOf, readerOf } from '../contract/wanted.js';
import { createEvent } from '../event/create-event.js';
import { type EventPattern, eventPattern } from '../event/pattern.js';
import { InvalidEventError } from '../event/invalid-event.error.js';
import { type PublishOptions, type RookeryEvent } from '../event/rookery-event.js';
import { type EventsRuntime } from './events-runtime.js';
import { handlerOptionChecks, type HandlerOptions, handlerSettings } from './handler-options.js';

/** Handles one event. It may return a promise or an observable; when that fails, the event is tried again. */
export type EventHandler<T> = (event: RookeryEvent<T>, signal: AbortSignal) => unknown;

/** Options of `EventBus.subscribe`. */
export interface SubscribeOptions extends HandlerOptions {
  /** Identifies the handler within its group, also after a restart: its backlog is kept under this name. */
  name: string;
  /** Who the events are for; processes with the same group and name share them. Default: the service's name. */
  group?: string;
}

/** A handler's name: part of an address, so without the separator of one. */
export const handlerName = check(
  (value) => typeof value === 'string' && /^[^/\s]{1,200}$/.test(value),
  'a name of up to 200 characters without spaces and slashes',
);

const checkSubscription = shape<SubscribeOptions & { pattern: EventPattern; handler: unknown }>({
  ...handlerOptionChecks,
  pattern: required(eventPattern),
  handler: required(is.callable),
  name: required(handlerName),
  group: is.serviceName,
});

/** Tells everyone what happened: each group's handlers get every matching event, at least once. */
export class EventBus {
  constructor(private readonly runtime: EventsRuntime) {}

  /**
   * Resolves when the event is as safe as the broker makes it. Publishing an id again is accepted and delivers
   * nothing. Rejects with an `InvalidEventError` when type or data cannot be published, as when the data does not fit its
   * contract.
   */
  publish<Input>(
    contract: EventContract<unknown, Input>,
    data: NoInfer<Input>,
    options?: Omit<PublishOptions, 'version'>,
  ): Promise<RookeryEvent<Input>>;
  publish<T>(type: string, data: T, options?: PublishOptions): Promise<RookeryEvent<T>>;
  async publish<T>(
    what: string | EventContract,
    data: T,
    options?: PublishOptions,
  ): Promise<RookeryEvent<T>> {
    const { publisher } = this.runtime;
    if (typeof what === 'string')
      return publisher.publish(createEvent(publisher.origin, what, data, options));
    const { type, version, schema } = what;
    if (options?.version !== undefined) {
      throw new InvalidEventError('version: The contract says it. Leave it out.');
    }
    await assertFits(schema, data);
    return publisher.publish(
      createEvent(publisher.origin, type, data, { ...options, version: String(version) }),
    );
  }

  /**
   * Handles matching events from now on, and those that were kept while no process did. Resolves to a function that
   * ends it, after what is in flight; events are still kept for the handler then.
   */
  subscribe<Data>(
    contract: EventContract<Data>,
    handler: EventHandler<Data>,
    options: SubscribeOptions,
  ): Promise<() => Promise<void>>;
  subscribe<T>(
    pattern: EventPattern,
    handler: EventHandler<T>,
    options: SubscribeOptions,
  ): Promise<() => Promise<void>>;
  async subscribe(
    what: EventPattern | EventContract,
    handler: EventHandler<never>,
    options: SubscribeOptions,
  ): Promise<() => Promise<void>> {
    const where = 'EventBus.subscribe';
    const pattern = patternOf(what);
    checkOptions(where, checkSubscription, { ...options, pattern, handler });
    const { name, group = this.runtime.service, ...handlerOptions } = options;
    const consumer = { group, handler: name, patterns: [pattern] };
    const spec = {
      ...handlerSettings(where, handlerOptions, this.runtime.random),
      consumer,
      read: readerOf(where, [what]),
      invoke: handler as EventHandler<unknown>,
    };
    await this.runtime.consumers.declare(spec);
    this.runtime.contracts.handled(consumer, contractsIn([what]));
    return this.runtime.consumers.start(spec);
  }

  /** How every consumer known to the broker is doing, over all services and processes. Cheap. */
  status(): Promise<ConsumerStatus[]> {
    return this.runtime.broker.status();
  }
}
