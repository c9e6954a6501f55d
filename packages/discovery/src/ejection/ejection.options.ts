import {
  type Check,
  createBackoff,
  type Backoff,
  type Duration,
  is,
  type Random,
  shape,
  toMilliseconds,
} from '@rookery/common';

/** When an instance that fails is left out for a while, and for how long. */
export interface EjectionOptions {
  /** This many failures one after the other put an instance out; `false` does not count them. Default 5. */
  consecutiveFailures?: number | false;
  /** A smaller share of successes than this puts an instance out; `false` does not look at it. Default 0.8. */
  successRate?: number | false;
  /** The share of successes says nothing before this many calls were seen within the window. Default 5. */
  minimumCalls?: number;
  /** The time over which the share of successes is taken. Default `'30s'`. */
  window?: Duration;
  /** How long the first ejection lasts; each further one lasts twice as long. Default `'5s'`. */
  duration?: Duration;
  /** No ejection lasts longer than this. Default `'300s'`. */
  maxDuration?: Duration;
  /** At most this share of the instances is out at the same time, but of two or more always one may be. Default 0.5. */
  maxEjectedShare?: number;
  /**
   * With a smaller share of healthy instances than this all of them are called, ejected or not: the few that are left
   * would break under the load of all. 0 switches it off. Default 0.5.
   */
  panicThreshold?: number;
  /**
   * Whether an instance that leaves calls unanswered is asked for a sign of life: `OPTIONS *` or the preface of HTTP/2, over
   * a connection of its own. It is put out when it gives none within 250 ms, and called again as soon as it does. Only what
   * speaks `http`, `https` or `grpc` is asked. Default `true`.
   */
  signOfLife?: boolean;
}

/**
 * Finagle's failure accrual (5 in a row, or under 80 % of at least 5 calls in 30 s; 5 s growing to 300 s) with Envoy's
 * panic threshold. Envoy's own limit of 10 % would never put out any of three.
 */
export const EJECTION_DEFAULTS = {
  consecutiveFailures: 5,
  successRate: 0.8,
  minimumCalls: 5,
  window: '30s',
  duration: '5s',
  maxDuration: '300s',
  maxEjectedShare: 0.5,
  panicThreshold: 0.5,
  signOfLife: true,
} as const satisfies Required<EjectionOptions>;

const fields: Check = shape<EjectionOptions>({
  consecutiveFailures: is.orFalse(is.wholeNumber({ min: 1, max: 1_000_000 })),
  successRate: is.orFalse(is.numberBetween(0, 1)),
  minimumCalls: is.wholeNumber({ min: 1, max: 1_000_000 }),
  window: is.duration({ min: 100, max: 86_400_000 }),
  duration: is.duration({ min: 1, max: 86_400_000 }),
  maxDuration: is.duration({ min: 1, max: 86_400_000 }),
  maxEjectedShare: is.numberBetween(0, 1),
  panicThreshold: is.numberBetween(0, 1),
  signOfLife: is.flag,
});

export const ejectionCheck: Check = (value, path, problems) => {
  const before = problems.length;
  fields(value, path, problems);
  if (value === undefined || problems.length > before) return;
  const options = value as EjectionOptions;
  const { duration, maxDuration, consecutiveFailures, successRate }: Required<EjectionOptions> = {
    ...EJECTION_DEFAULTS,
    ...options,
  };
  if (toMilliseconds(duration) > toMilliseconds(maxDuration)) {
    problems.push(
      `${path}.duration: Longer than maxDuration. Use at most ${maxDuration}, or raise maxDuration.`,
    );
  }
  if (consecutiveFailures === false && successRate === false) {
    problems.push(
      `${path}: Nothing would ever be ejected. Use false instead, or leave one of the two signals on.`,
    );
  }
};

/** The options with their defaults, durations in milliseconds. */
export interface EjectionSettings {
  /** `Infinity` when failures in a row are not counted. */
  readonly consecutiveFailures: number;
  /** 0 when the share of successes is not looked at. */
  readonly successRate: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly maxEjectedShare: number;
  readonly panicThreshold: number;
  readonly signOfLife: boolean;
  /** How long the ejection with this number lasts, the first being 1. */
  readonly pause: Backoff;
}

export function ejectionSettings(options: EjectionOptions, random: Random): EjectionSettings {
  const { consecutiveFailures, successRate, window, duration, maxDuration, ...rest } = {
    ...EJECTION_DEFAULTS,
    ...options,
  };
  return {
    ...rest,
    consecutiveFailures: consecutiveFailures === false ? Infinity : consecutiveFailures,
    successRate: successRate === false ? 0 : successRate,
    windowMs: toMilliseconds(window),
    // Equal jitter: callers that put an instance out together do not all try it again at the same moment.
    pause: createBackoff({ delay: duration, maxDelay: maxDuration, factor: 2, jitter: 'equal' }, random),
  };
}
