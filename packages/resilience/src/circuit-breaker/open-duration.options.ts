import {
  type Backoff,
  type BackoffOptions,
  type Check,
  createBackoff,
  type Duration,
  is,
  type Random,
  toMilliseconds,
} from '@rookery/common';
import { filledBackoff, filledBackoffCheck } from '../pipeline/filled-backoff.js';

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
const growing = filledBackoffCheck(OPEN_BACKOFF_DEFAULTS);

/** A duration, or the options of a backoff. */
export const openDurationCheck: Check = (value, path, problems) => {
  if (!isBackoff(value)) return atLeastOne(value, path, problems);
  growing(value, path, problems);
  atLeastOne(value.delay, `${path}.delay`, problems);
};

/** The settings of a checked duration. */
export function openDurationSettings(given: OpenDuration): OpenDurationSettings {
  return isBackoff(given) ? filledBackoff(given, OPEN_BACKOFF_DEFAULTS) : toMilliseconds(given);
}

/** The pause for each opening in a row; the first is number 1. */
export function openPause(settings: OpenDurationSettings, random: Random): Backoff {
  return typeof settings === 'number' ? () => settings : createBackoff(settings, random);
}

function isBackoff(value: unknown): value is BackoffOptions {
  return typeof value === 'object' && value !== null;
}
