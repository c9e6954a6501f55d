import { isDeepStrictEqual } from 'node:util';
import { checkOptions, is, OptionsError, required, shape } from '@rookery/common';
import { consumerName } from '../broker/consumer-spec.js';
import { type EventPattern, eventPattern } from '../event/pattern.js';
import { contractsIn, patternOf, readerOf } from '../contract/wanted.js';
import { type HandlerSpec } from '../pipeline/handler-spec.js';
import { handlerName } from './event-bus.js';
import { type EventsRuntime } from './events-runtime.js';
import { handlerOptionChecks, handlerSettings } from './handler-options.js';
import { type FoundMethod } from './marked-methods.explorer.js';
import { onEventEntries, type OnEventEntry, type OnEventOptions } from './on-event.decorator.js';

const checkOnEvent = shape<OnEventOptions & { pattern: EventPattern }>({
  ...handlerOptionChecks,
  pattern: required(eventPattern),
  group: is.serviceName,
  name: handlerName,
});

/** The handlers that `@OnEvent` marks. Throws an `OptionsError` when one of them cannot work. */
export function eventHandlers(methods: readonly FoundMethod[], runtime: EventsRuntime): HandlerSpec[] {
  const handlers = new Map<string, HandlerSpec>();
  for (const found of methods) {
    for (const handler of handlersOf(found, runtime)) {
      const name = consumerName(handler.consumer);
      if (handlers.has(name)) throw twice(name, found);
      handlers.set(name, handler);
    }
  }
  return [...handlers.values()];
}

function handlersOf(found: FoundMethod, runtime: EventsRuntime): HandlerSpec[] {
  const entries = onEventEntries(found.method);
  const groupOf = ({ options }: OnEventEntry) => options.group ?? runtime.service;
  const groups = new Set(entries.map(groupOf));
  return [...groups].map((group) => {
    const ofGroup = entries.filter((entry) => groupOf(entry) === group);
    return toHandler(found, group, ofGroup, runtime);
  });
}

function toHandler(
  found: FoundMethod,
  group: string,
  entries: readonly OnEventEntry[],
  runtime: EventsRuntime,
): HandlerSpec {
  const where = `@OnEvent on ${found.name}`;
  for (const { wanted, options } of entries)
    checkOptions(where, checkOnEvent, { ...options, pattern: patternOf(wanted) });
  const [first, ...others] = entries.map(({ options }) => options);
  if (others.some((options) => !isDeepStrictEqual(options, first)))
    throw new OptionsError(where, [
      'Its patterns share one delivery, so their options must be the same. Make them equal, or give each its own group.',
    ]);
  const { name = found.name, group: _group, ...options } = first ?? {};
  const all = entries.map(({ wanted }) => wanted);
  const consumer = { group, handler: name, patterns: [...new Set(all.map(patternOf))] };
  runtime.contracts.handled(consumer, contractsIn(all));
  return {
    ...handlerSettings(where, options, runtime.random),
    consumer,
    read: readerOf(where, all),
    invoke: found.invoke,
  };
}

function twice(name: string, found: FoundMethod): OptionsError {
  return new OptionsError(`@OnEvent on ${found.name}`, [
    `Two handlers have the name ${JSON.stringify(name)}, under which events are kept: two classes of one name, or one class provided twice. Give one of them another with @OnEvent(pattern, { name }), or provide the class once.`,
  ]);
}
