import { type BackoffOptions, type Check, backoffCheck, toMilliseconds } from '@rookery/common';

type Filled = Required<BackoffOptions>;

/** A backoff whose fields that are left out, or `undefined`, are the defaults. */
export function filledBackoff(given: BackoffOptions, defaults: Filled): Filled {
  return {
    delay: given.delay ?? defaults.delay,
    factor: given.factor ?? defaults.factor,
    maxDelay: given.maxDelay ?? defaults.maxDelay,
    jitter: given.jitter ?? defaults.jitter,
  };
}

/** Checks a backoff over these defaults: each field for itself, and that the first pause is one that it may make. */
export function filledBackoffCheck(defaults: Filled): Check {
  return (value, path, problems) => {
    const before = problems.length;
    backoffCheck(value, path, problems);
    if (problems.length > before || value === undefined) return;
    const { delay, maxDelay } = filledBackoff(value as BackoffOptions, defaults);
    if (toMilliseconds(delay) <= toMilliseconds(maxDelay)) return;
    problems.push(
      `${path}.delay: It is longer than the longest pause (maxDelay, ${maxDelay}). Shorten it, or raise maxDelay.`,
    );
  };
}
