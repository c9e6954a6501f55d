import { fromJSON, type MessageTypeDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { type EncodedResource } from './messages.js';
import { schema } from './schema.js';

const PREFIX = 'type.googleapis.com/';

const definitions = fromJSON(schema(), { longs: Number, enums: String, defaults: true });

/** The two services of the API that a client can ask. */
export const AGGREGATED = definitions[
  'envoy.service.discovery.v3.AggregatedDiscoveryService'
] as ServiceDefinition;
export const ENDPOINTS_ONLY = definitions[
  'envoy.service.endpoint.v3.EndpointDiscoveryService'
] as ServiceDefinition;

/**
 * A message in an envelope that names its type.
 * @param name The full name, such as `envoy.config.cluster.v3.Cluster`. It has to be one of the schema.
 */
export function packed(name: string, message: object): EncodedResource {
  const definition = definitions[name] as MessageTypeDefinition<object, object>;
  return { type_url: PREFIX + name, value: definition.serialize(message) };
}

/** What an envelope holds. */
export function unpacked({ type_url, value }: EncodedResource): object {
  const definition = definitions[type_url.slice(PREFIX.length)] as MessageTypeDefinition<object, object>;
  return definition.deserialize(value);
}
