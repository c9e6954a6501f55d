import { createRequire } from 'node:module';
import type * as Grpc from '@grpc/grpc-js';
import type * as Loader from '@grpc/proto-loader';

/** The name under which every gRPC server says how it is. */
export const HEALTH_SERVICE = 'grpc.health.v1.Health';

/** What a service can be; the numbers are the protocol's. `SERVICE_UNKNOWN` is told to watchers only. */
export const SERVING_STATUS = { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const;

export type ServingStatus = keyof typeof SERVING_STATUS;

/** grpc/health/v1/health.proto, as protobuf.js writes it: a file beside the code would be lost when apps are bundled. */
const CONTRACT = {
  nested: { grpc: { nested: { health: { nested: { v1: { nested: messagesAndService() } } } } } },
};

function messagesAndService() {
  return {
    HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
    HealthCheckResponse: {
      fields: { status: { type: 'ServingStatus', id: 1 } },
      nested: { ServingStatus: { values: SERVING_STATUS } },
    },
    HealthListRequest: { fields: {} },
    HealthListResponse: {
      fields: { statuses: { keyType: 'string', type: 'HealthCheckResponse', id: 1 } },
    },
    Health: {
      methods: {
        Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' },
        List: { requestType: 'HealthListRequest', responseType: 'HealthListResponse' },
        Watch: {
          requestType: 'HealthCheckRequest',
          responseType: 'HealthCheckResponse',
          responseStream: true,
        },
      },
    },
  };
}

/** The service's methods with their messages. Loaded as Nest loads it, and only with a gRPC server. */
export function healthDefinition(): Grpc.ServiceDefinition {
  const loader = createRequire(import.meta.url)('@grpc/proto-loader') as typeof Loader;
  const definitions = loader.fromJSON(CONTRACT as never, { enums: String, defaults: true });
  return definitions[HEALTH_SERVICE] as Grpc.ServiceDefinition;
}
