/** A field: its type, with `repeated` in front where it is a list, and its number. */
type Field = readonly [type: string, id: number];

/** Fields by name, with the names of alternatives of which at most one is set. */
type Fields = Readonly<Record<string, Field>>;

/** A message as protobufjs reads it from JSON. */
function message(fields: Fields, oneofs?: Readonly<Record<string, readonly string[]>>): object {
  const entries = Object.entries(fields).map(([name, [type, id]]) => {
    const [last = '', rule] = type.split(' ').toReversed();
    return [name, { type: last, id, ...(rule && { rule }) }] as const;
  });
  return {
    fields: Object.fromEntries(entries),
    ...(oneofs && {
      oneofs: Object.fromEntries(Object.entries(oneofs).map(([name, oneof]) => [name, { oneof }])),
    }),
  };
}

const stream = (requestType: string, responseType: string): object => ({
  requestType,
  responseType,
  requestStream: true,
  responseStream: true,
});

const REQUEST = 'envoy.service.discovery.v3.DiscoveryRequest';
const RESPONSE = 'envoy.service.discovery.v3.DiscoveryResponse';
const CORE = 'envoy.config.core.v3';
const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3';

/**
 * The part of the xDS API that the server speaks, by full name. Names and numbers are those of the public API (Envoy,
 * "xDS API reference", v3); what is left out is never sent, and ignored when it is received, as protobuf does.
 */
const DEFINITIONS: Readonly<Record<string, object>> = {
  'google.protobuf.Any': message({ type_url: ['string', 1], value: ['bytes', 2] }),
  'google.protobuf.Duration': message({ seconds: ['int64', 1], nanos: ['int32', 2] }),
  'google.protobuf.UInt32Value': message({ value: ['uint32', 1] }),
  'google.rpc.Status': message({ code: ['int32', 1], message: ['string', 2] }),

  [`${CORE}.Node`]: message({ id: ['string', 1], cluster: ['string', 2] }),
  [`${CORE}.Locality`]: message({ region: ['string', 1], zone: ['string', 2], subZone: ['string', 3] }),
  [`${CORE}.AggregatedConfigSource`]: message({}),
  [`${CORE}.ApiVersion`]: { values: { AUTO: 0, V2: 1, V3: 2 } },
  [`${CORE}.ConfigSource`]: message(
    { ads: [`${CORE}.AggregatedConfigSource`, 3], resourceApiVersion: [`${CORE}.ApiVersion`, 6] },
    { configSourceSpecifier: ['ads'] },
  ),
  [`${CORE}.SocketAddress`]: message(
    { address: ['string', 2], portValue: ['uint32', 3] },
    { portSpecifier: ['portValue'] },
  ),
  [`${CORE}.Address`]: message(
    { socketAddress: [`${CORE}.SocketAddress`, 1] },
    { address: ['socketAddress'] },
  ),
  [`${CORE}.HealthStatus`]: {
    values: { UNKNOWN: 0, HEALTHY: 1, UNHEALTHY: 2, DRAINING: 3, TIMEOUT: 4, DEGRADED: 5 },
  },
  [`${CORE}.Http2ProtocolOptions`]: message({}),

  'envoy.config.listener.v3.ApiListener': message({ apiListener: ['google.protobuf.Any', 1] }),
  'envoy.config.listener.v3.Listener': message({
    name: ['string', 1],
    apiListener: ['envoy.config.listener.v3.ApiListener', 19],
  }),
  [`${HCM}.Rds`]: message({ configSource: [`${CORE}.ConfigSource`, 1], routeConfigName: ['string', 2] }),
  [`${HCM}.HttpFilter`]: message(
    { name: ['string', 1], typedConfig: ['google.protobuf.Any', 4] },
    { configType: ['typedConfig'] },
  ),
  [`${HCM}.HttpConnectionManager`]: message(
    { statPrefix: ['string', 2], rds: [`${HCM}.Rds`, 3], httpFilters: [`repeated ${HCM}.HttpFilter`, 5] },
    { routeSpecifier: ['rds'] },
  ),
  'envoy.extensions.filters.http.router.v3.Router': message({}),

  'envoy.config.route.v3.RouteMatch': message({ prefix: ['string', 1] }, { pathSpecifier: ['prefix'] }),
  'envoy.config.route.v3.RouteAction': message({ cluster: ['string', 1] }, { clusterSpecifier: ['cluster'] }),
  'envoy.config.route.v3.Route': message(
    { match: ['envoy.config.route.v3.RouteMatch', 1], route: ['envoy.config.route.v3.RouteAction', 2] },
    { action: ['route'] },
  ),
  'envoy.config.route.v3.VirtualHost': message({
    name: ['string', 1],
    domains: ['repeated string', 2],
    routes: ['repeated envoy.config.route.v3.Route', 3],
  }),
  'envoy.config.route.v3.RouteConfiguration': message({
    name: ['string', 1],
    virtualHosts: ['repeated envoy.config.route.v3.VirtualHost', 2],
  }),

  'envoy.config.cluster.v3.DiscoveryType': {
    values: { STATIC: 0, STRICT_DNS: 1, LOGICAL_DNS: 2, EDS: 3, ORIGINAL_DST: 4 },
  },
  'envoy.config.cluster.v3.EdsClusterConfig': message({
    edsConfig: [`${CORE}.ConfigSource`, 1],
    serviceName: ['string', 2],
  }),
  'envoy.config.cluster.v3.Cluster': message(
    {
      name: ['string', 1],
      type: ['envoy.config.cluster.v3.DiscoveryType', 2],
      edsClusterConfig: ['envoy.config.cluster.v3.EdsClusterConfig', 3],
      connectTimeout: ['google.protobuf.Duration', 4],
      http2ProtocolOptions: [`${CORE}.Http2ProtocolOptions`, 14],
    },
    { clusterDiscoveryType: ['type'] },
  ),

  'envoy.config.endpoint.v3.Endpoint': message({
    address: [`${CORE}.Address`, 1],
    hostname: ['string', 3],
  }),
  'envoy.config.endpoint.v3.LbEndpoint': message(
    {
      endpoint: ['envoy.config.endpoint.v3.Endpoint', 1],
      healthStatus: [`${CORE}.HealthStatus`, 2],
      loadBalancingWeight: ['google.protobuf.UInt32Value', 4],
    },
    { hostIdentifier: ['endpoint'] },
  ),
  'envoy.config.endpoint.v3.LocalityLbEndpoints': message({
    locality: [`${CORE}.Locality`, 1],
    lbEndpoints: ['repeated envoy.config.endpoint.v3.LbEndpoint', 2],
    loadBalancingWeight: ['google.protobuf.UInt32Value', 3],
  }),
  'envoy.config.endpoint.v3.ClusterLoadAssignment': message({
    clusterName: ['string', 1],
    endpoints: ['repeated envoy.config.endpoint.v3.LocalityLbEndpoints', 2],
  }),

  [REQUEST]: message({
    versionInfo: ['string', 1],
    node: [`${CORE}.Node`, 2],
    resourceNames: ['repeated string', 3],
    typeUrl: ['string', 4],
    responseNonce: ['string', 5],
    errorDetail: ['google.rpc.Status', 6],
  }),
  [RESPONSE]: message({
    versionInfo: ['string', 1],
    resources: ['repeated google.protobuf.Any', 2],
    typeUrl: ['string', 4],
    nonce: ['string', 5],
  }),
  'envoy.service.discovery.v3.DeltaDiscoveryRequest': message({}),
  'envoy.service.discovery.v3.DeltaDiscoveryResponse': message({}),
  'envoy.service.discovery.v3.AggregatedDiscoveryService': {
    methods: {
      StreamAggregatedResources: stream(REQUEST, RESPONSE),
      DeltaAggregatedResources: stream(
        'envoy.service.discovery.v3.DeltaDiscoveryRequest',
        'envoy.service.discovery.v3.DeltaDiscoveryResponse',
      ),
    },
  },
  'envoy.service.endpoint.v3.EndpointDiscoveryService': {
    methods: { StreamEndpoints: stream(REQUEST, RESPONSE) },
  },
};

interface Namespace {
  nested: Record<string, Namespace | object>;
}

/** The definitions as one tree of namespaces, as protobufjs reads it. */
export function schema(): { nested: Record<string, object> } {
  const root: Namespace = { nested: {} };
  for (const [name, definition] of Object.entries(DEFINITIONS)) {
    const path = name.split('.');
    const last = path.pop() ?? name;
    let space = root;
    for (const part of path) space = (space.nested[part] ??= { nested: {} }) as Namespace;
    space.nested[last] = definition;
  }
  return root;
}
