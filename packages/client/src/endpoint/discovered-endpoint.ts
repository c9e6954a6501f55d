import { hostInUrl } from '@rookery/common';
import { type AddressGuard, type LoadBalancer, type Route, type ServiceInstance } from '@rookery/discovery';
import { type EndpointPicker } from './endpoint.js';

/** The protocols that a client speaks, each with the scheme of its URLs. */
export type Schemes = ReadonlyMap<string, 'http' | 'https' | 'tcp'>;

/** What finds instances. */
export interface Finders {
  readonly balancer: LoadBalancer;
  /** Says how their host names are resolved. */
  readonly guard: AddressGuard;
}

/** What is called. */
export interface Target {
  readonly service: string;
  readonly schemes: Schemes;
  /** The route of calls that have none of their own. Unset: the service's. */
  readonly route?: Route | undefined;
}

/**
 * Endpoints found through discovery and chosen by the load balancer: each try goes to another instance. Instances that
 * speak none of the client's protocols are passed over, so one service may have both.
 */
export function discoveredEndpoint(
  { balancer, guard }: Finders,
  { service, schemes, route: own }: Target,
): EndpointPicker {
  // One function for all picks: the balancer works out once for each list what it lets through.
  const accept = ({ protocol }: ServiceInstance) => schemes.has(protocol);
  return async (tried, { key, route = own } = {}) => {
    const call = { ...(key !== undefined && { key }), ...(route && { route }) };
    const { instance, alternatives, answered, done } = await balancer.pick(service, {
      exclude: tried,
      accept,
      ...call,
    });
    const { id, host, port, protocol } = instance;
    let utilization: number | undefined;
    return {
      id,
      baseUrl: `${schemes.get(protocol)}://${hostInUrl(host)}:${port}`,
      alternatives,
      lookup: guard.lookupFor(instance),
      loaded: (reported) => (utilization = reported),
      answered,
      done: (outcome, retryAfterMs) => done(outcome, retryAfterMs, { utilization }),
    };
  };
}
