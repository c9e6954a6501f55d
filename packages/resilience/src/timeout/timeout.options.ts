import { type Check, type Duration, is, parseDuration, shape, toMilliseconds } from '@rookery/common';

/**
 * What a caller waits for once the time is up and the signal has aborted: nothing (`'race'`), or that the work has
 * ended (`'cooperative'`).
 */
export type TimeoutMode = 'race' | 'cooperative';

/** How long a call may take. */
export interface TimeoutOptions {
  /** The limit for the whole call: every attempt and the pauses between them. Default: none. */
  total?: Duration;
  /** The limit for each attempt. Default: none. */
  attempt?: Duration;
  /**
   * `'race'`: the caller gets the `TimeoutError` at once, whether or not the work listens to its signal.
   * `'cooperative'`: the signal aborts and the caller waits until the work has ended, so that nothing of it goes on
   * unseen; work that does not listen to the signal then makes the caller wait. What the work returns all the same is
   * the result; anything that it throws becomes the `TimeoutError`. Default `'race'`.
   */
  mode?: TimeoutMode;
}

export const TIMEOUT_DEFAULTS = { mode: 'race' } as const satisfies TimeoutOptions;

/** One limit. */
export interface TimeoutSettings {
  readonly scope: 'total' | 'attempt';
  readonly limitMs: number;
  readonly mode: TimeoutMode;
}

const limit = is.duration({ min: 1 });
const limits = shape<TimeoutOptions>({ total: limit, attempt: limit, mode: is.oneOf('race', 'cooperative') });

/** A duration, which is the total, or an object with at least one limit, where an attempt fits into the total. */
export const timeoutCheck: Check = (value, path, problems) => {
  if (typeof value !== 'object' || value === null) return limit(value, path, problems);
  limits(value, path, problems);
  const { total, attempt } = value as TimeoutOptions;
  if (total === undefined && attempt === undefined)
    problems.push(`${path}: Empty. Give total, attempt, or both.`);
  const [whole, part] = [parseDuration(total), parseDuration(attempt)];
  if (whole !== undefined && part !== undefined && part > whole) {
    problems.push(
      `${path}.attempt: ${attempt} is longer than total, ${total}, so it never ends an attempt. Use at most the total.`,
    );
  }
};

/** The limits of checked options. */
export function timeoutSettings(given: Duration | TimeoutOptions): {
  readonly totalTimeout?: TimeoutSettings;
  readonly attemptTimeout?: TimeoutSettings;
} {
  const { total, attempt, mode = TIMEOUT_DEFAULTS.mode } = asTimeoutOptions(given);
  return {
    ...(total !== undefined && {
      totalTimeout: { scope: 'total', limitMs: toMilliseconds(total), mode },
    }),
    ...(attempt !== undefined && {
      attemptTimeout: { scope: 'attempt', limitMs: toMilliseconds(attempt), mode },
    }),
  };
}

/** A duration is the total. */
export function asTimeoutOptions(given: Duration | TimeoutOptions): TimeoutOptions {
  return typeof given === 'object' ? given : { total: given };
}
