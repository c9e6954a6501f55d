import { checkOptions, type Duration, is, mapOf, shape, toMilliseconds } from '@rookery/common';
import { requireFeatures } from '../broker/features.js';
import { type EventHandler } from '../bus/event-bus.js';
import { type EventsRuntime } from '../bus/events-runtime.js';
import { handlerSettings } from '../bus/handler-options.js';
import { assertFits } from '../contract/fitting-data.js';
import { fitting } from '../contract/read-event.js';
import { createReserved } from '../event/create-event.js';
import { InvalidEventError } from '../event/invalid-event.error.js';
import { RESERVED_PREFIX } from '../event/event-type.js';
import { type RookeryEvent } from '../event/rookery-event.js';
import { type HandlerSpec } from '../pipeline/handler-spec.js';
import { type QueueOptions } from './queue-options.js';

/** Options of `MessageQueue.publish`. */
export interface QueuePublishOptions {
  /** An id of your own makes publishing again harmless. Default: a UUIDv7. */
  id?: string;
  /** Messages of one key belong together: a broker that orders, orders by it. */
  key?: string;
  /** Travel with the message. */
  headers?: Readonly<Record<string, string>>;
  /** How long the message is held back. Default: not at all. */
  delay?: Duration;
  /** How long it is of use, from its publishing; see `PublishOptions.expiresIn`. Longer than its delay. Default: for ever. */
  expiresIn?: Duration;
}

const checkPublish = shape<QueuePublishOptions>({
  id: is.text,
  key: is.text,
  headers: mapOf(is.text),
  delay: is.duration(),
  expiresIn: is.duration(),
});

/**
 * Hands each message to one of its consumers, over all processes and services. `@InjectQueue('emails')` gives the one
 * registered with `EventsModule.registerQueue({ name: 'emails' })`.
 */
export class MessageQueue<T = unknown> {
  constructor(
    private readonly runtime: EventsRuntime,
    private readonly options: QueueOptions,
  ) {}

  get name(): string {
    return this.options.name;
  }

  /** Has messages kept from now on, also while nobody consumes them. */
  async declare(): Promise<void> {
    await this.runtime.consumers.declare(this.handledBy(() => {}));
  }

  /** Resolves when the message is as safe as the broker makes it. */
  async publish(data: T, published: QueuePublishOptions = {}): Promise<RookeryEvent<T>> {
    const where = `MessageQueue ${this.name}`;
    const { delay, ...options } = checkOptions(where, checkPublish, published);
    await assertFits(this.options.schema, data);
    const { publisher, broker } = this.runtime;
    const delayMs = delay === undefined ? 0 : toMilliseconds(delay);
    if (delay !== undefined) requireFeatures(broker.features, ['delay'], `${where} with a delay`);
    if (options.expiresIn !== undefined && toMilliseconds(options.expiresIn) <= delayMs) {
      throw new InvalidEventError(
        'expiresIn: Use more than the delay, or the message is over before it is handed out.',
      );
    }
    // A source of its own, so that a message may have the id of the event that it was made from.
    const source = `${publisher.origin.source}/queues/${this.name}`;
    const message = createReserved({ ...publisher.origin, source }, queueType(this.name), data, options);
    return publisher.publish(message, this.name, delayMs);
  }

  /** Competes for the queue's messages. Resolves to a function that ends it, after what is in flight. */
  async consume(handler: EventHandler<T>): Promise<() => Promise<void>> {
    return this.runtime.consumers.start(this.handledBy(handler));
  }

  /** The queue's one consumer, with this handler. @internal */
  handledBy(handler: EventHandler<T>): HandlerSpec {
    const { name, maxRetries = 3, schema, ...options } = this.options;
    return {
      ...handlerSettings(`queue ${name}`, { retries: maxRetries, ...options }, this.runtime.random),
      // The group is no service's name, so that a service and a queue of one name stay apart.
      consumer: { group: `queue:${name}`, handler: 'process', patterns: [queueType(name)] },
      label: name,
      read: schema && ((message) => fitting(message, schema)),
      invoke: (event, signal) => handler(event as RookeryEvent<T>, signal),
    };
  }
}

function queueType(name: string): string {
  return `${RESERVED_PREFIX}queue.${name}`;
}
