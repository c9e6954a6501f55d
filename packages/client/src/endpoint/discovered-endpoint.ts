import { hostInUrl } from '@rookery/common';
import { type LoadBalancer } from '@rookery/discovery';
import { type EndpointPicker } from './endpoint.js';

/** The protocols that a client speaks, each with the scheme of its URLs. */
export type Schemes = ReadonlyMap<string, 'http' | 'https'>;

/**
 * Endpoints found through discovery and chosen by the load balancer: each try goes to another instance. Instances that
 * speak none of the client's protocols are passed over, so one service may have both.
 */
export function discoveredEndpoint(
  balancer: LoadBalancer,
  service: string,
  schemes: Schemes,
): EndpointPicker {
  return async (tried) => {
    const { instance, alternatives, done } = await balancer.pick(service, {
      exclude: tried,
      accept: ({ protocol }) => schemes.has(protocol),
    });
    const { id, host, port, protocol } = instance;
    return { id, baseUrl: `${schemes.get(protocol)}://${hostInUrl(host)}:${port}`, alternatives, done };
  };
}
