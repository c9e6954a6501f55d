import { type Duration, toMilliseconds } from '../duration/duration.js';
import { type Check } from '../options/check.js';
import * as is from '../options/checks.js';
import { shape } from '../options/shape.js';
import { type Random } from '../random/random.js';
import { decorrelatedPause } from './decorrelated.js';

/** How a delay is spread so that callers who failed together do not come back together. */
export type Jitter = 'none' | 'equal' | 'full' | 'decorrelated';

/** Growing pauses between tries. */
export interface BackoffOptions {
  /** The pause before the first retry. Default `'200ms'`. */
  delay?: Duration;
  /** What each further pause is multiplied by. Default 2; nothing else goes with decorrelated jitter. */
  factor?: number;
  /** No pause is longer than this. Default `'30s'`. */
  maxDelay?: Duration;
  /**
   * `'full'` draws from [0, pause), `'equal'` from [pause / 2, pause), `'none'` takes the pause as it is. Names and
   * formulas: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. `'decorrelated'` draws so
   * that the moments of the tries spread evenly over the time; a pause is then at most 1.43 times what it would be
   * without jitter. Default `'full'`.
   */
  jitter?: Jitter;
}

export const BACKOFF_DEFAULTS = {
  delay: '200ms',
  factor: 2,
  maxDelay: '30s',
  jitter: 'full',
} as const satisfies Required<BackoffOptions>;

const fields = shape<BackoffOptions>({
  delay: is.duration(),
  factor: is.numberBetween(1, 100),
  maxDelay: is.duration(),
  jitter: is.oneOf('none', 'equal', 'full', 'decorrelated'),
});

/** Checks the options of a backoff. */
export const backoffCheck: Check = (value, path, problems) => {
  fields(value, path, problems);
  const { jitter, factor = BACKOFF_DEFAULTS.factor } = (value ?? {}) as BackoffOptions;
  if (jitter !== 'decorrelated' || factor === BACKOFF_DEFAULTS.factor) return;
  problems.push(
    `${path && `${path}.`}factor: Decorrelated jitter has a curve of its own, which doubles. ` +
      'Leave factor out, or use another jitter.',
  );
};

/**
 * The pause before retry number `retry` (the first is 1), in milliseconds. `waitedMs` is what the same call was told to
 * wait before, all pauses together; decorrelated jitter goes on from there.
 */
export type Backoff = (retry: number, waitedMs?: number) => number;

/** A backoff by its options; what is left out has its default. It holds no state, so that many calls can share it. */
export function createBackoff(options: BackoffOptions, random: Random): Backoff {
  const {
    delay = BACKOFF_DEFAULTS.delay,
    factor = BACKOFF_DEFAULTS.factor,
    maxDelay = BACKOFF_DEFAULTS.maxDelay,
    jitter = BACKOFF_DEFAULTS.jitter,
  } = options;
  const first = toMilliseconds(delay);
  const longest = toMilliseconds(maxDelay);
  if (jitter === 'decorrelated') {
    return (retry, waitedMs) => Math.min(longest, decorrelatedPause(first, retry, waitedMs, random));
  }
  const spread = SPREADS[jitter];
  // factor ** retry overflows to Infinity after a thousand retries; Math.min brings it back.
  return (retry) => spread(Math.min(longest, first === 0 ? 0 : first * factor ** (retry - 1)), random);
}

const SPREADS: Record<Exclude<Jitter, 'decorrelated'>, (pause: number, random: Random) => number> = {
  none: (pause) => pause,
  equal: (pause, random) => pause / 2 + random() * (pause / 2),
  full: (pause, random) => random() * pause,
};
