import { type Check, type Duration, is, shape, toMilliseconds } from '@rookery/common';
import { type PriorityFunction } from '../waiting/priority-of.js';

/** How many calls may be under way at once. */
export interface BulkheadOptions {
  /** How many calls may be under way at once. Default 25, as in resilience4j. */
  maxConcurrent?: number;
  /** How many further calls may wait for one of them to end. Default 0: they are turned away at once. */
  maxQueue?: number;
  /** How long a call waits at most, also if it has more time left. Default: as long as its caller and its deadline let it. */
  queueTimeout?: Duration;
  /**
   * The priority of a call by the arguments of the method: a higher one goes first, and takes the place of the lowest
   * in a full queue. Default, and for `undefined`: the priority of the call that is running, else `'normal'`.
   */
  priority?: PriorityFunction;
}

/** The options with their defaults filled in. */
export interface BulkheadSettings {
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  /** `Infinity` when the options give no limit. */
  readonly queueTimeoutMs: number;
  readonly priority: PriorityFunction | undefined;
}

export const BULKHEAD_DEFAULTS = { maxConcurrent: 25, maxQueue: 0 } as const satisfies BulkheadOptions;

const maxConcurrent = is.wholeNumber({ min: 1 });
const options = shape<BulkheadOptions>({
  maxConcurrent,
  maxQueue: is.wholeNumber(),
  queueTimeout: is.duration({ min: 1 }),
  priority: is.callable,
});

/** How many calls may be under way, or an object. */
export const bulkheadCheck: Check = (value, path, problems) =>
  (typeof value === 'object' ? options : maxConcurrent)(value, path, problems);

/** The settings of checked options. */
export function bulkheadSettings(given: number | BulkheadOptions): BulkheadSettings {
  const { queueTimeout, priority, ...numbers } = asBulkheadOptions(given);
  return {
    maxConcurrent: numbers.maxConcurrent ?? BULKHEAD_DEFAULTS.maxConcurrent,
    maxQueue: numbers.maxQueue ?? BULKHEAD_DEFAULTS.maxQueue,
    queueTimeoutMs: queueTimeout === undefined ? Infinity : toMilliseconds(queueTimeout),
    priority,
  };
}

/** A number is how many calls may be under way. */
export function asBulkheadOptions(given: number | BulkheadOptions): BulkheadOptions {
  return typeof given === 'number' ? { maxConcurrent: given } : given;
}
