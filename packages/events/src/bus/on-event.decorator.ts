import { requireInstanceMethod, requireModule } from '@rookery/common';
import { type EventContract } from '../contract/event-contract.js';
import { type Wanted } from '../contract/wanted.js';
import { type EventPattern } from '../event/pattern.js';
import { type RookeryEvent } from '../event/rookery-event.js';
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
  readonly wanted: Wanted;
  readonly options: OnEventOptions;
}

/** Decorates a method that takes events with this data. */
export type HandlerDecorator<Data> = <
  Handler extends (event: RookeryEvent<Data>, ...more: never[]) => unknown,
>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

const ON_EVENT = '@rookery/events:on-event';

/**
 * Has the method handle events: `(event: RookeryEvent<T>, @Signal() signal?: AbortSignal)`. Every handler gets its
 * own copy of each event, once per group, at least once; it is retried and dead-lettered for itself alone.
 *
 * It may be used several times. Entries of one group are one consumer: an event that matches two patterns arrives
 * once, and their other options must be the same.
 *
 * With a contract the compiler holds the method's parameter to it, and the data is what the contract's schema makes of it.
 *
 * @example
 * @OnEvent(UserCreated, { retries: 5 }) // or 'user.created', or 'user.*'
 * async greet(event: RookeryEvent<User>, @Signal() signal?: AbortSignal) { ... }
 */
export function OnEvent<Data>(
  contract: EventContract<Data>,
  options?: OnEventOptions,
): HandlerDecorator<Data>;
export function OnEvent(pattern: EventPattern, options?: OnEventOptions): MethodDecorator;
export function OnEvent(wanted: Wanted, options: OnEventOptions = {}): MethodDecorator {
  return (target, key, descriptor) => {
    requireInstanceMethod('@OnEvent()', target, key, descriptor);
    requireModule('@rookery/events', EventBus, target);
    const method = descriptor.value as object;
    // Decorators run from the bottom up; a reader expects the order of the text.
    Reflect.defineMetadata(ON_EVENT, [{ wanted, options }, ...onEventEntries(method)], method);
  };
}

/** The entries of a method, in the order of the text. */
export function onEventEntries(method: object): readonly OnEventEntry[] {
  return (Reflect.getMetadata(ON_EVENT, method) as OnEventEntry[] | undefined) ?? [];
}
