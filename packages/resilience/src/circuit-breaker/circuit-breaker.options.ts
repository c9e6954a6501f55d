import { type Check, type Duration, is, shape, toMilliseconds } from '@rookery/common';
import { slidingWindowCheck, type SlidingWindow } from './sliding-window.options.js';

/**
 * When a circuit opens and how it closes again. It opens on consecutive failures or on a failure rate, whichever comes
 * first: the first is fast where there is little traffic, the second sees a dependency that fails now and then.
 */
export interface CircuitBreakerOptions {
  /** Opens after this many failures in a row, whenever they happened; `false` switches it off. Default 5. */
  consecutiveFailures?: number | false;
  /** Opens when at least this percentage of the window's calls failed; `false` switches it off. Default 50. */
  failureRateThreshold?: number | false;
  /** The failure rate counts only once the window holds this many calls. Default 10. */
  minimumCalls?: number;
  /**
   * The calls that the failure rate is taken from: those of the last while, or the last so many. Default
   * `{ type: 'time', size: '30s' }`. It starts empty whenever the circuit changes its state.
   */
  slidingWindow?: SlidingWindow;
  /** How long an open circuit rejects calls before it tries again. Default `'60s'`. */
  openDuration?: Duration;
  /** How many trial calls a half-open circuit lets through. That many successes close it, one failure opens it. Default 3. */
  halfOpenMaxCalls?: number;
  /** A trial call that has not ended after this long counts as failed, so that a hanging one cannot block the circuit. Default `'60s'`. */
  maxHalfOpenDuration?: Duration;
  /**
   * Whether this error is recorded as a failure; otherwise it counts for nothing. Default: every error but 4xx answers
   * (except 408 and 429). It is not asked about rejections and about calls that the caller aborted: they never count.
   */
  recordIf?: (error: unknown) => boolean;
}

export const CIRCUIT_BREAKER_DEFAULTS = {
  consecutiveFailures: 5,
  failureRateThreshold: 50,
  minimumCalls: 10,
  // The window of Polly and of Finagle's failure accrual.
  slidingWindow: { type: 'time', size: '30s' },
  openDuration: '60s',
  halfOpenMaxCalls: 3,
  maxHalfOpenDuration: '60s',
} as const satisfies CircuitBreakerOptions;

/** The options with their defaults filled in, durations in milliseconds. */
export interface CircuitBreakerSettings {
  readonly consecutiveFailures: number | false;
  readonly failureRateThreshold: number | false;
  readonly minimumCalls: number;
  readonly slidingWindow: SlidingWindow;
  readonly openDurationMs: number;
  readonly halfOpenMaxCalls: number;
  readonly maxHalfOpenDurationMs: number;
  readonly recordIf: ((error: unknown) => boolean) | undefined;
}

const fields = shape<CircuitBreakerOptions>({
  consecutiveFailures: is.orFalse(is.wholeNumber({ min: 1 })),
  failureRateThreshold: is.orFalse(is.numberBetween(1, 100)),
  minimumCalls: is.wholeNumber({ min: 1 }),
  slidingWindow: slidingWindowCheck,
  openDuration: is.duration({ min: 1 }),
  halfOpenMaxCalls: is.wholeNumber({ min: 1 }),
  maxHalfOpenDuration: is.duration({ min: 1 }),
  recordIf: is.callable,
});

export const circuitBreakerCheck: Check = (value, path, problems) => {
  fields(value, path, problems);
  if (typeof value !== 'object' || value === null) return;
  const { slidingWindow, minimumCalls, consecutiveFailures, failureRateThreshold } = {
    ...CIRCUIT_BREAKER_DEFAULTS,
    ...(value as CircuitBreakerOptions),
  };
  if (consecutiveFailures === false && failureRateThreshold === false) {
    problems.push(`${path}: Nothing opens it. Leave consecutiveFailures or failureRateThreshold on.`);
  }
  if (slidingWindow?.type === 'count' && slidingWindow.size < minimumCalls) {
    problems.push(
      `${path}.minimumCalls: A window of ${slidingWindow.size} calls never holds ${minimumCalls}. Use at most the window's size.`,
    );
  }
};

/** The settings of checked options. */
export function circuitBreakerSettings(options: CircuitBreakerOptions): CircuitBreakerSettings {
  const { openDuration, maxHalfOpenDuration, recordIf, ...counts } = {
    ...CIRCUIT_BREAKER_DEFAULTS,
    recordIf: undefined,
    ...options,
  };
  return {
    ...counts,
    recordIf,
    openDurationMs: toMilliseconds(openDuration),
    maxHalfOpenDurationMs: toMilliseconds(maxHalfOpenDuration),
  };
}
