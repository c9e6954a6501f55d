import { type Clock, lowerCased } from '@rookery/common';
import { assertPublishable } from './event-type.js';
import { InvalidEventError } from './invalid-event.error.js';
import { type PublishOptions, type RookeryEvent } from './rookery-event.js';

/** What events are made with. */
export interface EventOrigin {
  readonly source: string;
  readonly clock: Clock;
  readonly nextId: () => string;
}

/** A new event of a type that users may publish. */
export function createEvent<T>(
  origin: EventOrigin,
  type: string,
  data: T,
  options: PublishOptions = {},
): RookeryEvent<T> {
  assertPublishable(type);
  return createReserved(origin, type, data, options);
}

/** A new event of any type; for what Rookery itself publishes. */
export function createReserved<T>(
  origin: EventOrigin,
  type: string,
  data: T,
  options: PublishOptions = {},
): RookeryEvent<T> {
  const { id = origin.nextId(), version = '1', subject, key, headers = {} } = options;
  assertText({ id, version, subject, key, ...headers });
  return Object.freeze({
    id,
    type,
    source: origin.source,
    data,
    timestamp: new Date(origin.clock.now()),
    version,
    ...(subject !== undefined && { subject }),
    ...(key !== undefined && { key }),
    headers: lowerCased(headers),
  });
}

function assertText(attributes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || (typeof value === 'string' && value.length > 0)) continue;
    throw new InvalidEventError(`${name}: Use a text that is not empty.`);
  }
}
