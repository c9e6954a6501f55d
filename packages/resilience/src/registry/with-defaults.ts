import { asBulkheadOptions } from '../bulkhead/bulkhead.options.js';
import { type PolicyOptions } from '../pipeline/policy.options.js';
import { asRateLimitOptions } from '../rate-limit/rate-limit.options.js';
import { asRetryOptions } from '../retry/retry.options.js';
import { asTimeoutOptions } from '../timeout/timeout.options.js';

/** The long form of the options that have a short one. */
function inFull({ timeout, retry, bulkhead, rateLimit, ...others }: PolicyOptions): PolicyOptions {
  return {
    ...others,
    ...(timeout !== undefined && { timeout: timeout && asTimeoutOptions(timeout) }),
    ...(retry !== undefined && { retry: retry && asRetryOptions(retry) }),
    ...(bulkhead !== undefined && { bulkhead: bulkhead && asBulkheadOptions(bulkhead) }),
    ...(rateLimit !== undefined && { rateLimit: rateLimit && asRateLimitOptions(rateLimit) }),
  };
}

/**
 * A policy's options over the shared defaults: policy by policy, and within a policy field by field. `false` switches
 * off what the defaults switch on.
 */
export function withDefaults(defaults: PolicyOptions, options: PolicyOptions): PolicyOptions {
  const base: Record<string, unknown> = { ...inFull(defaults) };
  for (const [name, own] of Object.entries(inFull(options))) {
    const under = base[name];
    base[name] = isObject(under) && isObject(own) ? { ...under, ...own } : own;
  }
  return base;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
