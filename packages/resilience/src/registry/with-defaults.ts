import { asBulkheadOptions } from '../bulkhead/bulkhead.options.js';
import { type PolicyOptions } from '../pipeline/policy.options.js';
import { asRateLimitOptions } from '../rate-limit/rate-limit.options.js';
import { asRetryOptions } from '../retry/retry.options.js';
import { asTimeoutOptions } from '../timeout/timeout.options.js';

/** The long form of the options that have a short one. A value that is neither is left for the checks to refuse. */
const IN_FULL: Readonly<Record<string, (option: never) => unknown>> = {
  timeout: asTimeoutOptions,
  retry: asRetryOptions,
  bulkhead: asBulkheadOptions,
  rateLimit: asRateLimitOptions,
};

/**
 * A policy's options over the shared defaults: policy by policy, and within a policy field by field. `false` switches
 * off what the defaults switch on, and what is `undefined` is left to them.
 */
export function withDefaults(defaults: PolicyOptions, options: PolicyOptions): PolicyOptions {
  const merged: Record<string, unknown> = { ...defaults };
  for (const [name, own] of Object.entries(options)) {
    if (own !== undefined) merged[name] = over(name, merged[name], own);
  }
  return merged;
}

function over(name: string, below: unknown, own: unknown): unknown {
  if (!isOn(below) || !isOn(own)) return own;
  const [base, top] = [inFull(name, below), inFull(name, own)];
  if (!isObject(base) || !isObject(top)) return own;
  return { ...base, ...Object.fromEntries(Object.entries(top).filter(([, value]) => value !== undefined)) };
}

function isOn(option: unknown): boolean {
  return option !== undefined && option !== false;
}

function inFull(name: string, option: unknown): unknown {
  return IN_FULL[name]?.(option as never) ?? option;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
