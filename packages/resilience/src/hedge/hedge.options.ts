import { type Check, type Duration, is, shape } from '@rookery/common';
import { type ResultPredicate } from '../errors/result-predicate.js';
import {
  hedgeDelayCheck,
  hedgeDelaySettings,
  type HedgeDelaySettings,
  type HedgeQuantile,
} from './hedge-delay.options.js';

/** When a slow call gets a second attempt that races the first. */
export interface HedgeOptions {
  /**
   * How long an attempt may go without an answer before another one joins it: a duration, or a quantile of recent
   * latencies. Default: `{ quantile: 0.95 }`, which adds about 5 % to the load.
   */
  delay?: Duration | HedgeQuantile;
  /** How many attempts may be made at most, the first one counted; from 2 to 10. Default 2. */
  attempts?: number;
  /**
   * Whether another attempt may do better after this error of this attempt (the first is 1). It then starts at once; an
   * error for which it is `false` is the call's answer, and ends the race. Default: after every failure. It is not asked
   * about 4xx answers (except 408 and 429), which are answers, and about attempts that a policy turned away, which drop
   * out without a successor.
   */
  hedgeIf?: (error: unknown, attempt: number) => boolean;
  /** Whether another attempt may do better than this result; otherwise it wins the race. Default: every result wins. */
  hedgeIfResult?: ResultPredicate;
}

/** The default number of attempts is that of Polly: one more than without a hedge. */
export const HEDGE_DEFAULTS = { delay: { quantile: 0.95 }, attempts: 2 } as const satisfies HedgeOptions;

/** The options with their defaults filled in. */
export interface HedgeSettings {
  readonly delay: HedgeDelaySettings;
  readonly attempts: number;
  readonly hedgeIf: ((error: unknown, attempt: number) => boolean) | undefined;
  readonly hedgeIfResult: ResultPredicate | undefined;
}

export const hedgeCheck: Check = shape<HedgeOptions>({
  delay: hedgeDelayCheck,
  attempts: is.wholeNumber({ min: 2, max: 10 }),
  hedgeIf: is.callable,
  hedgeIfResult: is.callable,
});

/** The settings of checked options. */
export function hedgeSettings(options: HedgeOptions): HedgeSettings {
  return {
    delay: hedgeDelaySettings(options.delay ?? HEDGE_DEFAULTS.delay),
    attempts: options.attempts ?? HEDGE_DEFAULTS.attempts,
    hedgeIf: options.hedgeIf,
    hedgeIfResult: options.hedgeIfResult,
  };
}
