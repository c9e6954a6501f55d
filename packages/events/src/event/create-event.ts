import { type Clock, type Duration, lowerCased, parseDuration } from '@rookery/common';
import { assertPublishable } from './event-type.js';
import { InvalidEventError } from './invalid-event.error.js';
import { type PublishOptions, type RookeryEvent } from './rookery-event.js';

/** What events are made with. */
export interface EventOrigin {
  readonly source: string;
  readonly clock: Clock;
  readonly nextId: () => string;
}

/** Far beyond any use, and well within what a timestamp can say. */
const LONGEST_LIFE_MS = 100 * 365 * 86_400_000;

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
  const { id = origin.nextId(), version = '1', subject, key, expiresIn, headers = {} } = options;
  assertText({ id, version, subject, key, ...headers });
  const now = origin.clock.now();
  return Object.freeze({
    id,
    type,
    source: origin.source,
    data,
    timestamp: new Date(now),
    version,
    ...(subject !== undefined && { subject }),
    ...(key !== undefined && { key }),
    ...(expiresIn !== undefined && { expiresAt: new Date(now + lifeOf(expiresIn)) }),
    headers: lowerCased(headers),
  });
}

function lifeOf(expiresIn: Duration): number {
  const lifeMs = parseDuration(expiresIn);
  if (lifeMs && lifeMs <= LONGEST_LIFE_MS) return lifeMs;
  throw new InvalidEventError(`expiresIn: Use a duration above zero and up to 100 years, such as "30s".`);
}

function assertText(attributes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || (typeof value === 'string' && value.length > 0)) continue;
    throw new InvalidEventError(`${name}: Use a text that is not empty.`);
  }
}
