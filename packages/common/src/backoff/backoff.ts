import { type Duration, toMilliseconds } from '../duration/duration.js';
import { type Check } from '../options/check.js';
import * as is from '../options/checks.js';
import { shape } from '../options/shape.js';
import { type Random } from '../random/random.js';

/** How a delay is spread so that callers who failed together do not come back together. */
export type Jitter = 'none' | 'equal' | 'full';

/** Growing pauses between tries. */
export interface BackoffOptions {
  /** The pause before the first retry. Default `'200ms'`. */
  delay?: Duration;
  /** What each further pause is multiplied by. Default 2. */
  factor?: number;
  /** No pause is longer than this. Default `'30s'`. */
  maxDelay?: Duration;
  /**
   * `'full'` draws from [0, pause), `'equal'` from [pause / 2, pause), `'none'` takes the pause as it is. Default `'full'`.
   * Names and formulas: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
   */
  jitter?: Jitter;
}

export const BACKOFF_DEFAULTS = {
  delay: '200ms',
  factor: 2,
  maxDelay: '30s',
  jitter: 'full',
} as const satisfies Required<BackoffOptions>;

/** Checks the options of a backoff. */
export const backoffCheck: Check = shape<BackoffOptions>({
  delay: is.duration(),
  factor: is.numberBetween(1, 100),
  maxDelay: is.duration(),
  jitter: is.oneOf('none', 'equal', 'full'),
});

/** The pause before retry number `retry` (the first is 1), in milliseconds. */
export type Backoff = (retry: number) => number;

/** A backoff by its options; what is left out has its default. */
export function createBackoff(options: BackoffOptions, random: Random): Backoff {
  const {
    delay = BACKOFF_DEFAULTS.delay,
    factor = BACKOFF_DEFAULTS.factor,
    maxDelay = BACKOFF_DEFAULTS.maxDelay,
    jitter = BACKOFF_DEFAULTS.jitter,
  } = options;
  const first = toMilliseconds(delay);
  const longest = toMilliseconds(maxDelay);
  const spread = SPREADS[jitter];
  // factor ** retry overflows to Infinity after a thousand retries; Math.min brings it back.
  return (retry) => spread(Math.min(longest, first === 0 ? 0 : first * factor ** (retry - 1)), random);
}

const SPREADS: Record<Jitter, (pause: number, random: Random) => number> = {
  none: (pause) => pause,
  equal: (pause, random) => pause / 2 + random() * (pause / 2),
  full: (pause, random) => random() * pause,
};
