import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { CallObserver, noObserver, OptionsError, ServiceInfo, systemClock } from '@rookery/common';
import { LoadBalancer, ServiceRegistry } from '@rookery/discovery';
import { type Pipeline, PolicyRegistry } from '@rookery/resilience';
import { discoveredEndpoint, type Schemes } from '../endpoint/discovered-endpoint.js';
import { type EndpointPicker } from '../endpoint/endpoint.js';
import { fixedEndpoint } from '../endpoint/fixed-endpoint.js';
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
    return { module: GrpcClientModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

function grpcClientProvider(options: GrpcClientOptions, index: number): FactoryProvider<GrpcServiceClient> {
  const { service, url } = options;
  const optional = (token: FactoryProvider['provide']) => ({ token: token as never, optional: true });
  return {
    provide: getGrpcClientToken(service),
    inject: [
      PolicyRegistry,
      optional(LoadBalancer),
      optional(ServiceRegistry),
      optional(CallObserver),
      optional(ServiceInfo),
    ],
    useFactory: (
      policies: PolicyRegistry,
      balancer: LoadBalancer | undefined,
      registry: ServiceRegistry | undefined,
      observer: CallObserver | undefined,
      info: ServiceInfo | undefined,
    ) =>
      new GrpcServiceClient({
        service,
        contract: loadContract(FOR_FEATURE, `[${index}]`, options),
        endpoints: endpointsOf(options, balancer),
        pipeline: pipelineOf(options, policies),
        channels: new ChannelPool(
          `rookery-client (${info?.name ?? 'unnamed'})`,
          url === undefined ? () => registry?.snapshot(service)?.instances : undefined,
        ),
        observer: observer ?? noObserver,
        clock: systemClock,
      }),
  };
}

function endpointsOf(
  { service, url }: GrpcClientOptions,
  balancer: LoadBalancer | undefined,
): EndpointPicker {
  if (url !== undefined) return fixedEndpoint(url);
  if (balancer) return discoveredEndpoint(balancer, service, SCHEMES);
  throw new OptionsError(FOR_FEATURE, [
    `${service}: Nobody can find it. Import DiscoveryModule.forRoot(), or give the client a url.`,
  ]);
}

function pipelineOf({ service, policy, ...options }: GrpcClientOptions, policies: PolicyRegistry): Pipeline {
  return policy === undefined
    ? policies.define(`grpc.${service}`, grpcPolicies(options))
    : policies.pipeline(policy);
}
