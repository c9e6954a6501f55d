import { BACKOFF_DEFAULTS, backoffCheck, type BackoffOptions, type Check, is, shape } from '@rookery/common';

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
}

/** The options with their defaults filled in. */
export interface RetrySettings {
  readonly attempts: number;
  readonly backoff: Required<BackoffOptions>;
  readonly retryIf: ((error: unknown, attempt: number) => boolean) | undefined;
}

export const RETRY_DEFAULTS = { attempts: 3, backoff: BACKOFF_DEFAULTS } as const;

const attempts = is.wholeNumber({ min: 1 });
const options = shape<RetryOptions>({ attempts, backoff: backoffCheck, retryIf: is.callable });

/** A number of attempts, or an object. */
export const retryCheck: Check = (value, path, problems) =>
  (typeof value === 'object' ? options : attempts)(value, path, problems);

/** The settings of checked options. */
export function retrySettings(given: number | RetryOptions): RetrySettings {
  const chosen = asRetryOptions(given);
  return {
    attempts: chosen.attempts ?? RETRY_DEFAULTS.attempts,
    backoff: { ...RETRY_DEFAULTS.backoff, ...chosen.backoff },
    retryIf: chosen.retryIf,
  };
}

/** A number is the number of attempts. */
export function asRetryOptions(given: number | RetryOptions): RetryOptions {
  return typeof given === 'number' ? { attempts: given } : given;
}
