import { hostInUrl } from '@rookery/common';
import { type LoadBalancer, type ServiceInstance } from '@rookery/discovery';
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
  // One function for all picks: the balancer works out once for each list what it lets through.
  const accept = ({ protocol }: ServiceInstance) => schemes.has(protocol);
  return async (tried) => {
    const { instance, alternatives, done } = await balancer.pick(service, { exclude: tried, accept });
    const { id, host, port, protocol } = instance;
    return { id, baseUrl: `${schemes.get(protocol)}://${hostInUrl(host)}:${port}`, alternatives, done };
  };
}
