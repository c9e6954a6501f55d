import { type Check, type Duration, is, shape, toMilliseconds } from '@rookery/common';
import { percentage } from '../pipeline/percentage.js';
import { type PriorityFunction } from '../waiting/priority-of.js';

/** When calls are turned away on this side, because too many of those before failed. */
export interface AdaptiveThrottleOptions {
  /**
   * How many requests it lets through for each one that was accepted lately, on average. Lower is stricter; 1 lets
   * through no more than what was accepted, and so never finds out that more would be. Default 2.
   */
  multiplier?: number;
  /**
   * The percentage of the calls that it turns away at most. What it lets through in an outage is how it finds out that
   * the outage is over. Default 90.
   */
  maxRejectionRate?: number;
  /** It turns nothing away before the window holds this many calls of its priority or higher. Default 10. */
  minimumCalls?: number;
  /** The time that it looks back. Default `'2m'`. */
  window?: Duration;
  /**
   * The priority of a call by the arguments of the method: the lowest is turned away first. Default, and for
   * `undefined`: the priority of the call that is running, else `'normal'`.
   */
  priority?: PriorityFunction;
}

/** The options with their defaults filled in. */
export interface AdaptiveThrottleSettings {
  readonly multiplier: number;
  /** A part of 1. */
  readonly maxRejectionRate: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly priority: PriorityFunction | undefined;
}

/** The factor and the window are those of the SRE book, the highest rate is that of failsafe-go. */
export const ADAPTIVE_THROTTLE_DEFAULTS = {
  multiplier: 2,
  maxRejectionRate: 90,
  minimumCalls: 10,
  window: '2m',
} as const satisfies AdaptiveThrottleOptions;

/** A throttle that turns everything away would never find out that it need not; 99 percent is rare enough. */
export const adaptiveThrottleCheck: Check = shape<AdaptiveThrottleOptions>({
  multiplier: is.numberBetween(1, Infinity),
  maxRejectionRate: percentage(99),
  minimumCalls: is.wholeNumber({ min: 1 }),
  window: is.duration({ min: 1_000 }),
  priority: is.callable,
});

/** The settings of checked options. */
export function adaptiveThrottleSettings(given: AdaptiveThrottleOptions): AdaptiveThrottleSettings {
  const defaults = ADAPTIVE_THROTTLE_DEFAULTS;
  return {
    multiplier: given.multiplier ?? defaults.multiplier,
    maxRejectionRate: (given.maxRejectionRate ?? defaults.maxRejectionRate) / 100,
    minimumCalls: given.minimumCalls ?? defaults.minimumCalls,
    windowMs: toMilliseconds(given.window ?? defaults.window),
    priority: given.priority,
  };
}
