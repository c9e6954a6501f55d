import { type Check, type Duration, is, required, shape, toMilliseconds } from '@rookery/common';
import { type ArgumentFunction } from '../errors/ask-about-arguments.js';

/** The key of a call by the arguments of its method. */
export type KeyFunction = ArgumentFunction<string>;

/** How many calls are made in which time. */
export interface RateLimitOptions {
  /** How many calls are let through in each `per`, spread evenly over it. */
  limit: number;
  /** Default one second. */
  per?: Duration;
  /** How many calls are let through at once after a quiet time. Default: as many as `limit`. */
  burst?: number;
  /**
   * How long a call may wait for its turn. One whose turn comes later, or after its deadline, is turned away at once.
   * Default 0: no call waits.
   */
  maxWait?: Duration;
  /**
   * A limit of its own for each key, such as one for each tenant, told by the arguments of the method. Default: one for
   * all calls.
   */
  key?: KeyFunction;
  /**
   * For how many keys the limit is remembered while none of their calls wait. Beyond that the key that was longest not
   * used is forgotten, and starts with a full burst when it comes again. Default 10,000.
   */
  maxKeys?: number;
}

/** The options with their defaults filled in. */
export interface RateLimitSettings {
  readonly limit: number;
  readonly perMs: number;
  readonly burst: number;
  readonly maxWaitMs: number;
  readonly key: KeyFunction | undefined;
  readonly maxKeys: number;
}

export const RATE_LIMIT_DEFAULTS = {
  per: '1s',
  maxWait: 0,
  maxKeys: 10_000,
} as const satisfies Partial<RateLimitOptions>;

// Up to here, calls times milliseconds stay whole numbers also for a limit per day.
const count = is.wholeNumber({ min: 1, max: 10_000_000 });
const fields = shape<RateLimitOptions>({
  limit: required(count),
  per: is.duration({ min: 1 }),
  burst: count,
  maxWait: is.duration(),
  key: is.callable,
  maxKeys: is.wholeNumber({ min: 1 }),
});

const options: Check = (value, path, problems) => {
  fields(value, path, problems);
  const { key, maxKeys } = (value ?? {}) as RateLimitOptions;
  if (maxKeys === undefined || key !== undefined) return;
  problems.push(`${path}.maxKeys: There are no keys without key, a function. Give it, or leave maxKeys out.`);
};

/** How many calls a second, or an object. */
export const rateLimitCheck: Check = (value, path, problems) =>
  (typeof value === 'object' ? options : count)(value, path, problems);

/** The settings of checked options. */
export function rateLimitSettings(given: number | RateLimitOptions): RateLimitSettings {
  const { limit, per, burst, maxWait, key, maxKeys } = asRateLimitOptions(given);
  return {
    limit,
    perMs: toMilliseconds(per ?? RATE_LIMIT_DEFAULTS.per),
    burst: burst ?? limit,
    maxWaitMs: toMilliseconds(maxWait ?? RATE_LIMIT_DEFAULTS.maxWait),
    key,
    maxKeys: maxKeys ?? RATE_LIMIT_DEFAULTS.maxKeys,
  };
}

/** A number is how many calls a second. */
export function asRateLimitOptions(given: number | RateLimitOptions): RateLimitOptions {
  return typeof given === 'number' ? { limit: given } : given;
}
