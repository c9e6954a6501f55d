import { type Pipeline, type PolicyOptions, type PolicyRegistry } from '@rookery/resilience';
import { type ClientDefinition } from './client-definition.js';

/**
 * The pipeline of a client: the policy that it names, which must be there, or one of its own.
 *
 * @param kind Tells the policies of clients of different protocols apart.
 */
export function pipelineFor(
  kind: string,
  { service, policy, ...own }: ClientDefinition,
  defaults: (own: Pick<ClientDefinition, 'timeout' | 'retries'>) => PolicyOptions,
  policies: PolicyRegistry,
): Pipeline {
  return policy === undefined
    ? policies.define(`${kind}.${service}`, defaults(own), {
        source: `a forFeature with the service ${service}`,
      })
    : policies.pipeline(policy);
}
