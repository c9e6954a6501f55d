import { requireInstanceMethod, requireModule } from '@rookery/common';
import { EventBus } from '../bus/event-bus.js';

const PROCESS = '@rookery/events:process';

/**
 * Has the method process a queue's messages: `(message: RookeryEvent<T>, @Signal() signal?: AbortSignal)`. It competes
 * with the same method in all other processes; each message goes to one of them. The queue must be registered with
 * `EventsModule.registerQueue`, and an app has one such method a queue.
 */
export function Process(queue: string): MethodDecorator {
  return (target, key, descriptor) => {
    requireInstanceMethod('@Process()', target, key, descriptor);
    requireModule('@rookery/events', EventBus, target);
    const method = descriptor.value as object;
    Reflect.defineMetadata(PROCESS, [queue, ...processedQueues(method)], method);
  };
}

/** The queues that a method processes. */
export function processedQueues(method: object): readonly string[] {
  return (Reflect.getMetadata(PROCESS, method) as string[] | undefined) ?? [];
}
