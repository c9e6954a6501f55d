import { type Check, type Duration, is, shape } from '@rookery/common';
import {
  circuitBreakerCheck,
  type CircuitBreakerOptions,
  circuitBreakerSettings,
  type CircuitBreakerSettings,
} from '../circuit-breaker/circuit-breaker.options.js';
import { retryCheck, type RetryOptions, retrySettings, type RetrySettings } from '../retry/retry.options.js';
import {
  timeoutCheck,
  type TimeoutOptions,
  timeoutSettings,
  type TimeoutSettings,
} from '../timeout/timeout.options.js';

/** The policies of one pipeline. What is left out or `false` is not there; `{}` takes the policy's defaults. */
export interface PolicyOptions {
  /** A duration is the total, over all attempts. */
  timeout?: Duration | TimeoutOptions | false;
  /** A number is how many attempts are made at most, the first call counted. */
  retry?: number | RetryOptions | false;
  circuitBreaker?: CircuitBreakerOptions | false;
}

/** Checked policies with their defaults filled in. */
export interface PolicySettings {
  readonly timeout?: TimeoutSettings;
  readonly retry?: RetrySettings;
  readonly circuitBreaker?: CircuitBreakerSettings;
}

export const policyCheck: Check = shape<PolicyOptions>({
  timeout: is.orFalse(timeoutCheck),
  retry: is.orFalse(retryCheck),
  circuitBreaker: is.orFalse(circuitBreakerCheck),
});

/** The settings of checked options. */
export function policySettings({ timeout, retry, circuitBreaker }: PolicyOptions): PolicySettings {
  return {
    ...(isOn(timeout) && { timeout: timeoutSettings(timeout) }),
    ...(isOn(retry) && { retry: retrySettings(retry) }),
    ...(isOn(circuitBreaker) && { circuitBreaker: circuitBreakerSettings(circuitBreaker) }),
  };
}

function isOn<T>(option: T | false | undefined): option is T {
  return option !== undefined && option !== false;
}
