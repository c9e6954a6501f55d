import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { systemClock } from '@rookery/common';
import { ClientDependencies, clientDependencies } from '../definition/client-dependencies.providers.js';
import { pipelineFor } from '../definition/pipeline-for.js';
import { type Schemes } from '../endpoint/discovered-endpoint.js';
import { ChannelPool } from './channel/channel-pool.js';
import { channelSetup } from './channel/channel-setup.js';
import { plansOf } from './plans-of.js';
import { loadContract } from './contract/load-contract.js';
import {
  checkGrpcClients,
  FOR_FEATURE,
  GRPC_CLIENT_DEFAULTS,
  type GrpcClientOptions,
  grpcPolicies,
} from './grpc-client.options.js';
import { getGrpcClientToken } from './grpc-client.tokens.js';
import { GrpcServiceClient } from './grpc-service-client.js';

const ENCRYPTED: [string, 'https'] = ['grpcs', 'https'];

/** gRPC without encryption is HTTP/2 over a plain connection. Who asks for encryption is never given any other. */
const schemesOf = ({ tls }: GrpcClientOptions): Schemes =>
  new Map(tls ? [ENCRYPTED] : [['grpc', 'http'], ENCRYPTED]);

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
      providers: [clientDependencies(FOR_FEATURE), ...providers],
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
      const path = `[${index}]`;
      const contract = loadContract(FOR_FEATURE, path, options);
      const pipeline = pipelineFor('grpc', options, grpcPolicies, policies);
      const setup = channelSetup(FOR_FEATURE, path, options, userAgent);
      return new GrpcServiceClient({
        service,
        contract,
        endpoints: dependencies.endpointsFor(options, schemesOf(options), FOR_FEATURE),
        pipeline,
        planOf: plansOf(path, options, contract, { pipeline, policies }),
        channels: new ChannelPool(setup, listed),
        // A policy by name may have no limit, and every call of gRPC should have one.
        defaultTimeout: options.policy === undefined ? undefined : GRPC_CLIENT_DEFAULTS.timeout,
        maxSendMessageLength: options.maxSendMessageLength,
        observer,
        clock: systemClock,
      });
    },
  };
}
