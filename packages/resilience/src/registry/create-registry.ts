import { checkOptions } from '@rookery/common';
import { resilienceCheck, type ResilienceOptions } from '../resilience.options.js';
import { PolicyRegistry } from './policy-registry.js';

/** The registry of an app with the policies of its options. Throws when an option cannot be used. */
export function createRegistry(options: ResilienceOptions): PolicyRegistry {
  const source = 'ResilienceModule.forRoot';
  const { policies = {}, defaults = {}, ...seams } = checkOptions(source, resilienceCheck, options);
  const registry = new PolicyRegistry(seams);
  for (const [name, policy] of Object.entries(policies)) {
    registry.define(name, policy, { source, path: `policies.${name}`, defaults });
  }
  return registry;
}
