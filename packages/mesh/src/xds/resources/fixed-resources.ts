import { packed } from '../wire/codec.js';
import { type EncodedResource, type ResourceType } from '../wire/messages.js';
import { type ResourceSubject } from './resource-name.js';

const FROM_HERE = { ads: {}, resourceApiVersion: 'V3' };

/** How long a proxy may take to connect, in seconds. Envoy's own default. */
const CONNECT_TIMEOUT_S = 5;

/**
 * The resources of a name that never change, as the endpoints alone do: a listener that leads to a route, a route that
 * leads to a cluster, a cluster that takes its endpoints from here. All four have the same name.
 */
export function fixedResources(
  name: string,
  { protocol }: ResourceSubject,
): Record<Exclude<ResourceType, 'endpoints'>, EncodedResource> {
  return { listener: listener(name), route: route(name), cluster: cluster(name, protocol === 'grpc') };
}

function listener(name: string): EncodedResource {
  const router = packed('envoy.extensions.filters.http.router.v3.Router', {});
  const manager = packed(
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      statPrefix: name,
      rds: { configSource: FROM_HERE, routeConfigName: name },
      // gRPC asks for a router as the last filter, and Envoy has no other default (gRFC A39).
      httpFilters: [{ name: 'router', typedConfig: router }],
    },
  );
  return packed('envoy.config.listener.v3.Listener', { name, apiListener: { apiListener: manager } });
}

function route(name: string): EncodedResource {
  return packed('envoy.config.route.v3.RouteConfiguration', {
    name,
    virtualHosts: [{ name, domains: ['*'], routes: [{ match: { prefix: '' }, route: { cluster: name } }] }],
  });
}

function cluster(name: string, http2: boolean): EncodedResource {
  return packed('envoy.config.cluster.v3.Cluster', {
    name,
    type: 'EDS',
    edsClusterConfig: { edsConfig: FROM_HERE, serviceName: name },
    connectTimeout: { seconds: CONNECT_TIMEOUT_S },
    ...(http2 && { http2ProtocolOptions: {} }),
  });
}
