import {
  type Backoff,
  type BackoffOptions,
  backoffCheck,
  type Check,
  createBackoff,
  type Duration,
  is,
  type Random,
  toMilliseconds,
} from '@rookery/common';

/** How long a circuit stays open: always as long, or longer each time it opens again without having closed. */
export type OpenDuration = Duration | BackoffOptions;

/**
 * How a growing open time grows where the options leave it open. Doubling up to five minutes and equal jitter are those
 * of Finagle's failure accrual (5 to 300 s); 300 s is also Envoy's longest ejection.
 */
export const OPEN_BACKOFF_DEFAULTS = {
  delay: '60s',
  factor: 2,
  maxDelay: '5m',
  jitter: 'equal',
} as const satisfies Required<BackoffOptions>;

/** Milliseconds, or how they grow. */
export type OpenDurationSettings = number | Required<BackoffOptions>;

const atLeastOne = is.duration({ min: 1 });

/** A duration, or the options of a backoff. */
export const openDurationCheck: Check = (value, path, problems) => {
  if (!isBackoff(value)) return atLeastOne(value, path, problems);
  const before = problems.length;
  backoffCheck(value, path, problems);
  atLeastOne(value.delay, `${path}.delay`, problems);
  if (problems.length > before) return;
  const { delay, maxDelay } = growing(value);
  if (toMilliseconds(delay) <= toMilliseconds(maxDelay)) return;
  problems.push(
    `${path}.delay: It is longer than the longest pause (maxDelay, ${maxDelay}). Shorten it, or raise maxDelay.`,
  );
};

/** The settings of a checked duration. */
export function openDurationSettings(given: OpenDuration): OpenDurationSettings {
  return isBackoff(given) ? growing(given) : toMilliseconds(given);
}

/** The pause for each opening in a row; the first is number 1. */
export function openPause(settings: OpenDurationSettings, random: Random): Backoff {
  return typeof settings === 'number' ? () => settings : createBackoff(settings, random);
}

function isBackoff(value: unknown): value is BackoffOptions {
  return typeof value === 'object' && value !== null;
}

function growing(options: BackoffOptions): Required<BackoffOptions> {
  const { delay, factor, maxDelay, jitter } = options;
  return {
    delay: delay ?? OPEN_BACKOFF_DEFAULTS.delay,
    factor: factor ?? OPEN_BACKOFF_DEFAULTS.factor,
    maxDelay: maxDelay ?? OPEN_BACKOFF_DEFAULTS.maxDelay,
    jitter: jitter ?? OPEN_BACKOFF_DEFAULTS.jitter,
  };
}
