import { type Check, type Duration, is, shape } from '@rookery/common';
import {
  adaptiveThrottleCheck,
  type AdaptiveThrottleOptions,
  adaptiveThrottleSettings,
} from '../adaptive-throttle/adaptive-throttle.options.js';
import { bulkheadCheck, type BulkheadOptions, bulkheadSettings } from '../bulkhead/bulkhead.options.js';
import { chaosCheck, type ChaosOptions, chaosSettings } from '../chaos/chaos.options.js';
import {
  circuitBreakerCheck,
  type CircuitBreakerOptions,
  circuitBreakerSettings,
} from '../circuit-breaker/circuit-breaker.options.js';
import { coalesceCheck, type CoalesceOptions, coalesceSettings } from '../coalesce/coalesce.options.js';
import {
  concurrencyLimitCheck,
  type ConcurrencyLimitOptions,
  concurrencyLimitSettings,
} from '../concurrency-limit/concurrency-limit.options.js';
import { hedgeCheck, type HedgeOptions, hedgeSettings } from '../hedge/hedge.options.js';
import {
  RETRY_BUDGET_DEFAULTS,
  retryBudgetCheck,
  type RetryBudgetOptions,
  retryBudgetSettings,
} from '../retry-budget/retry-budget.options.js';
import {
  rateLimitCheck,
  type RateLimitOptions,
  rateLimitSettings,
} from '../rate-limit/rate-limit.options.js';
import { retryCheck, type RetryOptions, retrySettings } from '../retry/retry.options.js';
import { timeoutCheck, type TimeoutOptions, timeoutSettings } from '../timeout/timeout.options.js';
import { type PolicySettings } from './stage-settings.js';

/** The policies of one pipeline. What is left out or `false` is not there; `{}` takes the policy's defaults. */
export interface PolicyOptions {
  /** A duration is the total, over all attempts. */
  timeout?: Duration | TimeoutOptions | false;
  /** A number is how many attempts are made at most, the first call counted. */
  retry?: number | RetryOptions | false;
  /** What retries and hedges together may add to the load. Default: 20 % of the calls and 3 a second; `false` is no bound. */
  retryBudget?: RetryBudgetOptions | false;
  /** Turns a part of the calls away when many of the last ones failed. */
  adaptiveThrottle?: AdaptiveThrottleOptions | false;
  /** A number is how many calls are let through a second. */
  rateLimit?: number | RateLimitOptions | false;
  /** A number is how many calls may be under way at once. */
  bulkhead?: number | BulkheadOptions | false;
  /** Bounds how many calls are under way at once by how many it finds to be answered in good time. */
  concurrencyLimit?: ConcurrencyLimitOptions | false;
  circuitBreaker?: CircuitBreakerOptions | false;
  /** Starts another attempt of a call that takes unusually long, and takes whichever answers first. */
  hedge?: HedgeOptions | false;
  /** Lets calls with the same key share one execution while it is under way. */
  coalesce?: CoalesceOptions | false;
  /** Disturbs calls on purpose. Refused where `NODE_ENV` is `production`, unless `force` is set. */
  chaos?: ChaosOptions | false;
}

/** What an option says once it is on. */
type On<Option> = Exclude<Option, false | undefined>;

/** How each option becomes the settings of its stages. */
const SETTINGS: { [Name in keyof PolicyOptions]-?: (given: On<PolicyOptions[Name]>) => PolicySettings } = {
  timeout: timeoutSettings,
  retry: (given) => ({ retry: retrySettings(given) }),
  retryBudget: (given) => ({ retryBudget: retryBudgetSettings(given) }),
  adaptiveThrottle: (given) => ({ adaptiveThrottle: adaptiveThrottleSettings(given) }),
  rateLimit: (given) => ({ rateLimit: rateLimitSettings(given) }),
  bulkhead: (given) => ({ bulkhead: bulkheadSettings(given) }),
  concurrencyLimit: (given) => ({ concurrencyLimit: concurrencyLimitSettings(given) }),
  circuitBreaker: (given) => ({ circuitBreaker: circuitBreakerSettings(given) }),
  hedge: (given) => ({ hedge: hedgeSettings(given) }),
  coalesce: (given) => ({ coalesce: coalesceSettings(given) }),
  chaos: (given) => ({ chaos: chaosSettings(given) }),
};

/** The check of each option by itself. */
export const POLICY_CHECKS = {
  timeout: is.orFalse(timeoutCheck),
  retry: is.orFalse(retryCheck),
  retryBudget: is.orFalse(retryBudgetCheck),
  adaptiveThrottle: is.orFalse(adaptiveThrottleCheck),
  rateLimit: is.orFalse(rateLimitCheck),
  bulkhead: is.orFalse(bulkheadCheck),
  concurrencyLimit: is.orFalse(concurrencyLimitCheck),
  circuitBreaker: is.orFalse(circuitBreakerCheck),
  hedge: is.orFalse(hedgeCheck),
  coalesce: is.orFalse(coalesceCheck),
  chaos: is.orFalse(chaosCheck),
} satisfies { [Name in keyof PolicyOptions]-?: Check };

const fields = shape<PolicyOptions>(POLICY_CHECKS);

/** Each option for itself; whether they fit together is seen once the defaults lie under them (`misfits`). */
export const policyCheck: Check = (value, path, problems) => {
  fields(value, path, problems);
  if (typeof value !== 'object' || value === null || !('fallback' in value)) return;
  problems.push(
    `${path && `${path}.`}fallback: What it may answer depends on the method. Use @Fallback() on the method.`,
  );
};

/**
 * The settings of checked options. Retries and hedges have a budget unless it is switched off: they come when the load is
 * least welcome, and whoever did not think of a bound needs it most.
 */
export function policySettings(options: PolicyOptions): PolicySettings {
  const settings: PolicySettings = {};
  for (const [name, given] of Object.entries(options)) {
    if (given === undefined || given === false) continue;
    Object.assign(settings, SETTINGS[name as keyof PolicyOptions](given as never));
  }
  const unbounded = options.retryBudget === undefined && ('retry' in settings || 'hedge' in settings);
  return unbounded ? { ...settings, retryBudget: RETRY_BUDGET_DEFAULTS } : settings;
}
