import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  type Check,
  type Duration,
  is,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { type ResultPredicate } from '../errors/result-predicate.js';
import { filledBackoff, filledBackoffCheck } from '../pipeline/filled-backoff.js';

/** How a failed call is tried again. */
export interface RetryOptions {
  /** How many attempts are made at most. It counts the first call: 1 means no retry. Default 3. */
  attempts?: number;
  /** The pauses between attempts. Default: 200 ms, doubled each time up to 30 s, with full jitter. */
  backoff?: BackoffOptions;
  /**
   * Whether to try again after this error of this attempt (the first is 1). Default: after every failure.
   * It is asked about failures only: what the caller aborted, a 4xx answer (except 408 and 429) and an open circuit
   * are never retried.
   */
  retryIf?: (error: unknown, attempt: number) => boolean;
  /**
   * Whether to try again after this result of this attempt, although it is no error. The last attempt's result is
   * returned as it is. Refused at boot for methods that return streams.
   * Default: no result is tried again.
   */
  retryIfResult?: ResultPredicate<[attempt: number]>;
  /**
   * Whether to wait at least as long as the other side asked for: by a `Retry-After` header, by gRPC pushback, or by the
   * `retryAfterMs` of an error. Default `true`.
   */
  respectRetryAfter?: boolean;
  /** The longest wait that the other side may ask for; a call that is asked for more ends at once. Default `'30s'`. */
  maxRetryAfter?: Duration;
}

/** The options with their defaults filled in. */
export interface RetrySettings {
  readonly attempts: number;
  readonly backoff: Required<BackoffOptions>;
  readonly retryIf: ((error: unknown, attempt: number) => boolean) | undefined;
  readonly retryIfResult: ResultPredicate<[attempt: number]> | undefined;
  /** `undefined` when nobody looks at what the other side asked for. */
  readonly maxRetryAfterMs: number | undefined;
}

export const RETRY_DEFAULTS = {
  attempts: 3,
  backoff: BACKOFF_DEFAULTS,
  respectRetryAfter: true,
  // As long as the longest pause of the backoff.
  maxRetryAfter: BACKOFF_DEFAULTS.maxDelay,
} as const;

const attempts = is.wholeNumber({ min: 1 });
const fields = shape<RetryOptions>({
  attempts,
  backoff: filledBackoffCheck(RETRY_DEFAULTS.backoff),
  retryIf: is.callable,
  retryIfResult: is.callable,
  respectRetryAfter: is.flag,
  maxRetryAfter: is.duration(),
});

const options: Check = (value, path, problems) => {
  fields(value, path, problems);
  const { respectRetryAfter, maxRetryAfter } = (value ?? {}) as RetryOptions;
  if (respectRetryAfter === false && maxRetryAfter !== undefined) {
    problems.push(
      `${path && `${path}.`}maxRetryAfter: Nothing asks for it while respectRetryAfter is false. Leave one of the two out.`,
    );
  }
};

/** A number of attempts, or an object. */
export const retryCheck: Check = (value, path, problems) =>
  (typeof value === 'object' ? options : attempts)(value, path, problems);

/** The settings of checked options. */
export function retrySettings(given: number | RetryOptions): RetrySettings {
  const chosen = asRetryOptions(given);
  const { respectRetryAfter = RETRY_DEFAULTS.respectRetryAfter, maxRetryAfter } = chosen;
  return {
    attempts: chosen.attempts ?? RETRY_DEFAULTS.attempts,
    backoff: filledBackoff(chosen.backoff ?? {}, RETRY_DEFAULTS.backoff),
    retryIf: chosen.retryIf,
    retryIfResult: chosen.retryIfResult,
    maxRetryAfterMs: respectRetryAfter
      ? toMilliseconds(maxRetryAfter ?? RETRY_DEFAULTS.maxRetryAfter)
      : undefined,
  };
}

/** A number is the number of attempts. */
export function asRetryOptions(given: number | RetryOptions): RetryOptions {
  return typeof given === 'number' ? { attempts: given } : given;
}
