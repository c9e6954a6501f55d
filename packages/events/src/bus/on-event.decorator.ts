import { requireInstanceMethod, requireModule } from '@rookery/common';
import { type EventPattern } from '../event/pattern.js';
import { EventBus } from './event-bus.js';
import { type HandlerOptions } from './handler-options.js';

/** Options of `@OnEvent`. */
export interface OnEventOptions extends HandlerOptions {
  /** Who the events are for; processes with the same group share them. Default: the service's name. */
  group?: string;
  /**
   * The handler's name within the group, under which its events are kept. Default `Class.method`: give one to rename
   * either without leaving the backlog behind.
   */
  name?: string;
}

/** One `@OnEvent` of a method. */
export interface OnEventEntry {
  readonly pattern: EventPattern;
  readonly options: OnEventOptions;
}

const ON_EVENT = '@rookery/events:on-event';

/**
 * Has the method handle events: `(event: RookeryEvent<T>, @Signal() signal?: AbortSignal)`. Every handler gets its
 * own copy of each event, once per group, at least once; it is retried and dead-lettered for itself alone.
 *
 * It may be used several times. Entries of one group are one consumer: an event that matches two patterns arrives
 * once, and their other options must be the same.
 *
 * @example
 * @OnEvent('user.created', { retries: 5 })
 * async greet(event: RookeryEvent<UserCreated>, @Signal() signal?: AbortSignal) { ... }
 */
export function OnEvent(pattern: EventPattern, options: OnEventOptions = {}): MethodDecorator {
  return (target, key, descriptor) => {
    requireInstanceMethod('@OnEvent()', target, key, descriptor);
    requireModule('@rookery/events', EventBus, target);
    const method = descriptor.value as object;
    // Decorators run from the bottom up; a reader expects the order of the text.
    Reflect.defineMetadata(ON_EVENT, [{ pattern, options }, ...onEventEntries(method)], method);
  };
}

/** The entries of a method, in the order of the text. */
export function onEventEntries(method: object): readonly OnEventEntry[] {
  return (Reflect.getMetadata(ON_EVENT, method) as OnEventEntry[] | undefined) ?? [];
}
