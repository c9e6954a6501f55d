import { type Check, type Duration, is, LONGEST_TIMEOUT_MS, shape, toMilliseconds } from '@rookery/common';

/** Until when requests of others may take. */
export interface DeadlineOptions {
  /**
   * The time of a request that brings none of its own, from its arrival to the begin of its answer. It is no limit for
   * streams: handlers of `@Sse()` and streams of gRPC. Default: none.
   */
  default?: Duration;
  /** The longest time that a caller is believed; one that asks for more gets this. Streams of gRPC keep their own. Default `'60s'`. */
  longest?: Duration;
}

/** The same in milliseconds, with defaults filled in. */
export interface DeadlineSettings {
  readonly defaultMs: number | undefined;
  readonly longestMs: number;
}

const duration = is.duration({ min: 1, max: 86_400_000 });

export const deadlineCheck: Check = is.orFalse(
  shape<DeadlineOptions>({ default: duration, longest: duration }),
);

/** `undefined` when requests are not to be limited at all. */
export function deadlineSettings(options: DeadlineOptions | false = {}): DeadlineSettings | undefined {
  if (options === false) return undefined;
  const { default: usual, longest = LONGEST_TIMEOUT_MS } = options;
  return {
    defaultMs: usual === undefined ? undefined : toMilliseconds(usual),
    longestMs: toMilliseconds(longest),
  };
}
