import { type Check, is, shape } from '@rookery/common';
import { type PriorityFunction } from '../waiting/priority-of.js';

/** How many calls may be under way at once, as far as it does not find out by itself. */
export interface ConcurrencyLimitOptions {
  /** The fewest calls that it ever allows at once. Default 1. */
  min?: number;
  /** The most calls that it ever allows at once. Default 200. */
  max?: number;
  /** How many calls it allows at once as long as it knows nothing. Default 20, or the bound that 20 is beyond. */
  initial?: number;
  /**
   * How many further calls may wait for one of them to end. Calls of low priority wait in the first half of these
   * places only; calls of high and critical priority have twice as many again. Default: half as many as may be under way now.
   */
  maxQueue?: number;
  /**
   * The priority of a call by the arguments of the method: a higher one goes first, and has more places to wait in.
   * Default, and for `undefined`: the priority of the call that is running, else `'normal'`.
   */
  priority?: PriorityFunction;
}

/** The options with their defaults filled in. */
export interface ConcurrencyLimitSettings {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  /** `undefined` for half as many as may be under way. */
  readonly maxQueue: number | undefined;
  readonly priority: PriorityFunction | undefined;
}

/** The bounds of failsafe-go's adaptive limiter, and where it and Netflix's Gradient2 start. */
export const CONCURRENCY_LIMIT_DEFAULTS = {
  min: 1,
  max: 200,
  initial: 20,
} as const satisfies ConcurrencyLimitOptions;

const atLeastOne = is.wholeNumber({ min: 1 });
const each = shape<ConcurrencyLimitOptions>({
  min: atLeastOne,
  max: atLeastOne,
  initial: atLeastOne,
  maxQueue: is.wholeNumber(),
  priority: is.callable,
});

/** Each option for itself, and the three numbers in their order. */
export const concurrencyLimitCheck: Check = (value, path, problems) => {
  const earlier = problems.length;
  each(value, path, problems);
  if (value === undefined || problems.length > earlier) return;
  const { min, max, initial } = concurrencyLimitSettings(value as ConcurrencyLimitOptions);
  if (min > max) {
    problems.push(`${path}.min: It is ${min} and so more than max, ${max}. Use at most the maximum.`);
  } else if (initial < min || initial > max) {
    problems.push(`${path}.initial: It is ${initial}. Use a number from min, ${min}, to max, ${max}.`);
  }
};

/** The settings of checked options. */
export function concurrencyLimitSettings(given: ConcurrencyLimitOptions): ConcurrencyLimitSettings {
  const { min = CONCURRENCY_LIMIT_DEFAULTS.min, max = CONCURRENCY_LIMIT_DEFAULTS.max } = given;
  const initial = given.initial ?? Math.min(max, Math.max(min, CONCURRENCY_LIMIT_DEFAULTS.initial));
  return { min, max, initial, maxQueue: given.maxQueue, priority: given.priority };
}
