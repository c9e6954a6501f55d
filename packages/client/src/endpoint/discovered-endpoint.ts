import { type LoadBalancer } from '@rookery/discovery';
import { WrongProtocolError } from '../errors/wrong-protocol.error.js';
import { type EndpointPicker } from './endpoint.js';

/** The protocols that a client speaks, each with the scheme of its URLs. */
export type Schemes = ReadonlyMap<string, 'http' | 'https'>;

/**
 * Endpoints found through discovery and chosen by the load balancer: each try goes to another instance.
 * One service name stands for one protocol; an instance that speaks none of the client's gives a `WrongProtocolError`.
 */
export function discoveredEndpoint(
  balancer: LoadBalancer,
  service: string,
  schemes: Schemes,
): EndpointPicker {
  return async (tried) => {
    const picked = await balancer.pick(service, { exclude: tried });
    const { id, host, port, protocol } = picked.instance;
    const scheme = schemes.get(protocol);
    if (!scheme) {
      picked.done('ignored');
      throw new WrongProtocolError(service, id, protocol, [...schemes.keys()]);
    }
    return {
      id,
      baseUrl: `${scheme}://${hostInUrl(host)}:${port}`,
      alternatives: picked.alternatives,
      done: (outcome, retryAfterMs) => picked.done(outcome, retryAfterMs),
    };
  };
}

/** An IPv6 address stands in brackets in a URL. */
function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
