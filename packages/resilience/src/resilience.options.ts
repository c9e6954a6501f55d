import { type Check, is, mapOf, shape } from '@rookery/common';
import { policyCheck, type PolicyOptions } from './pipeline/policy.options.js';
import { type PolicyRegistrySeams } from './registry/policy-registry.js';

/** Options of `ResilienceModule.forRoot`. */
export interface ResilienceOptions extends PolicyRegistrySeams {
  /** Named policies, for `@UsePolicy('name')`, for clients and for `PolicyRegistry.pipeline('name')`. Default: none. */
  policies?: Record<string, PolicyOptions>;
  /**
   * Laid under each of `policies`, policy by policy and field by field; `false` in one of them switches off what is on
   * here. Default: nothing.
   */
  defaults?: PolicyOptions;
}

export const resilienceCheck: Check = shape<ResilienceOptions>({
  // Each is checked with the defaults under it.
  policies: mapOf(() => undefined),
  defaults: policyCheck,
  clock: is.implementing('Clock', 'now', 'monotonic', 'schedule'),
  random: is.callable,
});
