import { isDeepStrictEqual } from 'node:util';
import { OptionsError } from '@rookery/common';
import { type EventsRuntime } from '../bus/events-runtime.js';
import { MessageQueue } from './message-queue.js';
import { type QueueOptions } from './queue-options.js';

/** The queues of one app. */
export class QueueRegistry {
  readonly #queues = new Map<string, { readonly queue: MessageQueue; readonly options: QueueOptions }>();

  constructor(private readonly runtime: EventsRuntime) {}

  /** Several modules may register a queue, if they agree on it. */
  register(options: QueueOptions): MessageQueue {
    const known = this.#queues.get(options.name);
    if (known && !isDeepStrictEqual(known.options, options)) {
      throw new OptionsError('EventsModule.registerQueue', [
        `Queue ${JSON.stringify(options.name)} is registered twice with different options. Register it once, or with the same options.`,
      ]);
    }
    if (known) return known.queue;
    const queue = new MessageQueue(this.runtime, options);
    this.#queues.set(options.name, { queue, options });
    return queue;
  }

  /** The queue that a method processes. */
  get(name: string, where: string): MessageQueue {
    const known = this.#queues.get(name);
    if (known) return known.queue;
    throw new OptionsError(where, [
      `No queue has the name ${JSON.stringify(name)}. Registered: ${[...this.#queues.keys()].join(', ') || 'none'}. Import EventsModule.registerQueue({ name: ${JSON.stringify(name)} }).`,
    ]);
  }

  all(): MessageQueue[] {
    return [...this.#queues.values()].map(({ queue }) => queue);
  }
}
