import { type LoadBalancer } from '@rookery/discovery';
import { type EndpointPicker } from './endpoint.js';

/** Endpoints found through discovery and chosen by the load balancer: each try goes to another instance. */
export function discoveredEndpoint(balancer: LoadBalancer, service: string): EndpointPicker {
  return async (tried) => {
    const { instance, alternatives, done } = await balancer.pick(service, { exclude: tried });
    return {
      id: instance.id,
      baseUrl: `http://${hostInUrl(instance.host)}:${instance.port}`,
      alternatives,
      done,
    };
  };
}

/** An IPv6 address stands in brackets in a URL. */
function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
