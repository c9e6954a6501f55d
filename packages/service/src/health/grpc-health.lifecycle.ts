import type * as Grpc from '@grpc/grpc-js';
import { type AppClosing, LISTENING_TRANSPORTS, type RpcServer, type RpcServers } from '@rookery/common';
import { type GrpcHealth } from './grpc-health.js';
import { HEALTH_SERVICE, healthDefinition } from './grpc-health-definition.js';
import { GrpcHealthService } from './grpc-health-service.js';

type Definitions = Readonly<Record<string, object>>;
type OnLoad = (definitions: Definitions, server: Pick<Grpc.Server, 'addService'>) => void;

/** What is used of Nest's gRPC server. */
interface NestGrpcServer {
  options?: { readonly onLoadPackageDefinition?: OnLoad };
}

/** Adds the health service to each gRPC server of the app, when Nest makes it, unless the app has one of its own. */
export class GrpcHealthOffer {
  readonly #service: GrpcHealthService;

  constructor(
    private readonly health: GrpcHealth,
    servers: RpcServers,
    closing: AppClosing,
  ) {
    this.#service = new GrpcHealthService(health);
    servers.onAdded((server) => {
      if (server.transportId === LISTENING_TRANSPORTS.grpc) this.#offer(server);
    });
    // Watchers have been told that nobody serves any more in the step before.
    closing.on('drain', () => this.#service.close());
  }

  #offer(server: RpcServer & NestGrpcServer): void {
    const { onLoadPackageDefinition: own } = server.options ?? {};
    // The app's own object stays as it is: it may serve for another server.
    server.options = {
      ...server.options,
      onLoadPackageDefinition: (definitions, grpc) => {
        own?.(definitions, grpc);
        this.#add(definitions, grpc);
      },
    };
  }

  #add(definitions: Definitions, grpc: Pick<Grpc.Server, 'addService'>): void {
    this.health.offer(servicesIn(definitions));
    if (HEALTH_SERVICE in definitions) return;
    grpc.addService(healthDefinition(), this.#service.handlers);
  }
}

/** Messages and enums are in the same list; they alone have a `format`. */
function servicesIn(definitions: Definitions): string[] {
  return Object.entries(definitions)
    .filter(([, definition]) => typeof (definition as { format?: unknown }).format !== 'string')
    .map(([name]) => name);
}
