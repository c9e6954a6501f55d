import { type Check, type Duration, is, parseDuration, shape, toMilliseconds } from '@rookery/common';

/** How long a call may take. */
export interface TimeoutOptions {
  /** The limit for the whole call: every attempt and the pauses between them. Default: none. */
  total?: Duration;
  /** The limit for each attempt. Default: none. */
  attempt?: Duration;
}

/** The limits in milliseconds. */
export interface TimeoutSettings {
  readonly total?: number;
  readonly attempt?: number;
}

const limit = is.duration({ min: 1 });
const limits = shape<TimeoutOptions>({ total: limit, attempt: limit });

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

/** The settings of checked options. */
export function timeoutSettings(options: Duration | TimeoutOptions): TimeoutSettings {
  if (typeof options !== 'object') return { total: toMilliseconds(options) };
  const { total, attempt } = options;
  return {
    ...(total !== undefined && { total: toMilliseconds(total) }),
    ...(attempt !== undefined && { attempt: toMilliseconds(attempt) }),
  };
}
