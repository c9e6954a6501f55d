import { type Check, type Duration, is, shape, toMilliseconds } from '@rookery/common';
import { type ResultPredicate } from '../errors/result-predicate.js';
import {
  type OpenDuration,
  openDurationCheck,
  openDurationSettings,
  type OpenDurationSettings,
} from './open-duration.options.js';
import { slidingWindowCheck, type SlidingWindow } from './sliding-window.options.js';

/** Whether a circuit that should open does open, or only says so. */
export type CircuitMode = 'enforcing' | 'metrics-only';

/**
 * When a circuit opens and how it closes again. It opens on consecutive failures, on a failure rate or on a rate of slow
 * calls, whichever comes first: the first is fast where there is little traffic, the second sees a dependency that fails
 * now and then, the third one that answers too late to be of use.
 */
export interface CircuitBreakerOptions {
  /** Opens after this many failures in a row, whenever they happened; `false` switches it off. Default 5. */
  consecutiveFailures?: number | false;
  /** Opens when at least this percentage of the window's calls failed; `false` switches it off. Default 50. */
  failureRateThreshold?: number | false;
  /**
   * Opens when at least this percentage of the window's calls were slow, whether they succeeded or failed; `false`
   * switches it off. While it is on, a slow trial call counts as a failed one. Default `false`.
   */
  slowCallRateThreshold?: number | false;
  /** A call that takes longer than this is slow, a stream whose first value does. Asked only with a slow-call rate. Default `'60s'`. */
  slowCallDuration?: Duration;
  /** The two rates count only once the window holds this many calls. Default 10. */
  minimumCalls?: number;
  /**
   * The calls that the rates are taken from: those of the last while, or the last so many. Default
   * `{ type: 'time', size: '30s' }`. It starts empty whenever the circuit changes its state.
   */
  slidingWindow?: SlidingWindow;
  /**
   * How long an open circuit rejects calls before it tries again. A backoff makes it longer each time the circuit opens
   * again without having closed; its defaults are then `{ delay: '60s', factor: 2, maxDelay: '5m', jitter: 'equal' }`.
   * Default `'60s'`, every time.
   */
  openDuration?: OpenDuration;
  /** How many trial calls a half-open circuit lets through. That many successes close it, one failure opens it. Default 3. */
  halfOpenMaxCalls?: number;
  /** A trial call that has not ended after this long counts as failed, so that a hanging one cannot block the circuit. Default `'60s'`. */
  maxHalfOpenDuration?: Duration;
  /**
   * Whether this error is recorded as a failure; otherwise it counts for nothing. Default: every error but 4xx answers
   * (except 408 and 429). It is not asked about rejections and about calls that the caller aborted: they never count.
   */
  recordIf?: (error: unknown) => boolean;
  /**
   * Whether this result is recorded as a failure, although the caller still gets it. Refused at boot for
   * methods that return streams.
   * Default: no result is.
   */
  recordIfResult?: ResultPredicate;
  /**
   * `'metrics-only'` counts everything and never rejects: instead of opening it reports `circuit-threshold-exceeded`,
   * once each time a threshold is crossed. For trying out settings on real traffic. Default `'enforcing'`.
   */
  mode?: CircuitMode;
}

export const CIRCUIT_BREAKER_DEFAULTS = {
  consecutiveFailures: 5,
  failureRateThreshold: 50,
  // Off, and 60 s where it is on, as in resilience4j, whose default of 100 percent is all but off as well.
  slowCallRateThreshold: false,
  slowCallDuration: '60s',
  minimumCalls: 10,
  // The window of Polly and of Finagle's failure accrual.
  slidingWindow: { type: 'time', size: '30s' },
  openDuration: '60s',
  halfOpenMaxCalls: 3,
  maxHalfOpenDuration: '60s',
  mode: 'enforcing',
} as const satisfies CircuitBreakerOptions;

/** The options with their defaults filled in, durations in milliseconds. */
export interface CircuitBreakerSettings {
  readonly consecutiveFailures: number | false;
  readonly failureRateThreshold: number | false;
  readonly slowCallRateThreshold: number | false;
  readonly slowCallDurationMs: number;
  readonly minimumCalls: number;
  readonly slidingWindow: SlidingWindow;
  readonly openDuration: OpenDurationSettings;
  readonly halfOpenMaxCalls: number;
  readonly maxHalfOpenDurationMs: number;
  readonly recordIf: ((error: unknown) => boolean) | undefined;
  readonly recordIfResult: ResultPredicate | undefined;
  readonly mode: CircuitMode;
}

const fields = shape<CircuitBreakerOptions>({
  consecutiveFailures: is.orFalse(is.wholeNumber({ min: 1 })),
  failureRateThreshold: is.orFalse(is.numberBetween(1, 100)),
  slowCallRateThreshold: is.orFalse(is.numberBetween(1, 100)),
  slowCallDuration: is.duration({ min: 1 }),
  minimumCalls: is.wholeNumber({ min: 1 }),
  slidingWindow: slidingWindowCheck,
  openDuration: openDurationCheck,
  halfOpenMaxCalls: is.wholeNumber({ min: 1 }),
  maxHalfOpenDuration: is.duration({ min: 1 }),
  recordIf: is.callable,
  recordIfResult: is.callable,
  mode: is.oneOf('enforcing', 'metrics-only'),
});

export const circuitBreakerCheck: Check = (value, path, problems) => {
  fields(value, path, problems);
  if (typeof value !== 'object' || value === null) return;
  const { slidingWindow, minimumCalls, ...filled } = withDefaults(value);
  const { consecutiveFailures, failureRateThreshold, slowCallRateThreshold } = filled;
  if (consecutiveFailures === false && failureRateThreshold === false && slowCallRateThreshold === false) {
    problems.push(
      `${path}: Nothing opens it. Leave consecutiveFailures, failureRateThreshold or slowCallRateThreshold on.`,
    );
  }
  // `false` is said by who switches off what the shared defaults have on, and may leave their duration in place.
  const { slowCallDuration, slowCallRateThreshold: asked } = value as CircuitBreakerOptions;
  if (slowCallDuration !== undefined && asked === undefined) {
    problems.push(
      `${path}.slowCallDuration: Nothing asks for it without slowCallRateThreshold. Give that as well, or leave it out.`,
    );
  }
  if (slidingWindow?.type === 'count' && slidingWindow.size < minimumCalls) {
    problems.push(
      `${path}.minimumCalls: A window of ${slidingWindow.size} calls never holds ${minimumCalls}. Use at most the window's size.`,
    );
  }
};

/** The settings of checked options. */
export function circuitBreakerSettings(options: CircuitBreakerOptions): CircuitBreakerSettings {
  const { openDuration, slowCallDuration, maxHalfOpenDuration, ...others } = withDefaults(options);
  return {
    ...others,
    recordIf: options.recordIf,
    recordIfResult: options.recordIfResult,
    openDuration: openDurationSettings(openDuration),
    slowCallDurationMs: toMilliseconds(slowCallDuration),
    maxHalfOpenDurationMs: toMilliseconds(maxHalfOpenDuration),
  };
}

/** An option that is there but undefined is left out, too. */
function withDefaults(options: CircuitBreakerOptions) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return {
    ...CIRCUIT_BREAKER_DEFAULTS,
    ...(Object.fromEntries(given) as CircuitBreakerOptions),
  } as Required<Omit<CircuitBreakerOptions, 'recordIf' | 'recordIfResult'>>;
}
