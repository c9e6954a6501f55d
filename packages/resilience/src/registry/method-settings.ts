import { checkOptions } from '@rookery/common';
import { policySettings } from '../pipeline/policy.options.js';
import { type PolicySettings } from '../pipeline/stage-settings.js';
import { methodCheck, type GuardedMethod } from '../weaving/method-policies.js';

/** What a method's own decorators make of its stages. Throws when their options cannot be used. */
export function methodSettings({ name, declared }: GuardedMethod): PolicySettings {
  const { fallback, circuitBreaker, ...rest } = checkOptions(name, methodCheck, declared);
  const { name: _shared, ...breaker } = circuitBreaker ?? {};
  const settings = policySettings({ ...rest, ...(circuitBreaker && { circuitBreaker: breaker }) });
  return fallback ? { ...settings, fallback } : settings;
}
