import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { systemClock } from '@rookery/common';
import { ClientDependencies, clientDependencies } from '../definition/client-dependencies.providers.js';
import { pipelineFor } from '../definition/pipeline-for.js';
import { type Schemes } from '../endpoint/discovered-endpoint.js';
import { ChannelPool } from './channel/channel-pool.js';
import { loadContract } from './contract/load-contract.js';
import {
  checkGrpcClients,
  FOR_FEATURE,
  type GrpcClientOptions,
  grpcPolicies,
} from './grpc-client.options.js';
import { getGrpcClientToken } from './grpc-client.tokens.js';
import { GrpcServiceClient } from './grpc-service-client.js';

/** gRPC without encryption is HTTP/2 over a plain connection. */
const SCHEMES: Schemes = new Map([['grpc', 'http']]);

/**
 * Provides gRPC clients of other services.
 *
 * @example
 * imports: [GrpcClientModule.forFeature([{ service: 'user-service', package: 'users', protoPath: 'users.proto' }])]
 * constructor(@InjectGrpcClient('user-service') private readonly users: GrpcServiceClient) {}
 */
@Module({})
export class GrpcClientModule {
  /**
   * Provides one `GrpcServiceClient` for each service, under `getGrpcClientToken(service)`. The contracts are read when
   * the app boots. It needs `ResilienceModule`, and `DiscoveryModule` for services without a fixed `url`.
   */
  static forFeature(clients: readonly GrpcClientOptions[]): DynamicModule {
    checkGrpcClients(clients);
    const providers = clients.map(grpcClientProvider);
    return {
      module: GrpcClientModule,
      providers: [clientDependencies, ...providers],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function grpcClientProvider(options: GrpcClientOptions, index: number): FactoryProvider<GrpcServiceClient> {
  const { service, url } = options;
  return {
    provide: getGrpcClientToken(service),
    inject: [ClientDependencies],
    useFactory: (dependencies: ClientDependencies) => {
      const { registry, policies, observer, userAgent } = dependencies;
      const listed = url === undefined ? () => registry?.snapshot(service)?.instances : undefined;
      return new GrpcServiceClient({
        service,
        contract: loadContract(FOR_FEATURE, `[${index}]`, options),
        endpoints: dependencies.endpointsFor(options, SCHEMES, FOR_FEATURE),
        pipeline: pipelineFor('grpc', options, grpcPolicies, policies),
        channels: new ChannelPool(userAgent, listed),
        observer,
        clock: systemClock,
      });
    },
  };
}
