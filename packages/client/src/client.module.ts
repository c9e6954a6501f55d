import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { CallObserver, noObserver, OptionsError, ServiceInfo, systemClock } from '@rookery/common';
import { LoadBalancer } from '@rookery/discovery';
import { type Pipeline, PolicyRegistry } from '@rookery/resilience';
import { checkClients, defaultPolicies, type HttpClientOptions } from './client.options.js';
import { getHttpClientToken } from './client.tokens.js';
import { discoveredEndpoint, type Schemes } from './endpoint/discovered-endpoint.js';
import { type EndpointPicker } from './endpoint/endpoint.js';
import { fixedEndpoint } from './endpoint/fixed-endpoint.js';
import { axiosTransport } from './http/axios-transport.js';
import { ConnectionPool } from './http/connection-pool.js';
import { HttpServiceClient } from './http/http-service-client.js';

const SCHEMES: Schemes = new Map([
  ['http', 'http'],
  ['https', 'https'],
]);

/**
 * Provides clients of other services.
 *
 * @example
 * imports: [ClientModule.forFeature([{ service: 'user-service' }])]
 * constructor(@InjectHttpClient('user-service') private readonly users: HttpServiceClient) {}
 */
@Module({})
export class ClientModule {
  /**
   * Provides one `HttpServiceClient` for each service, under `getHttpClientToken(service)`.
   * It needs `ResilienceModule`, and `DiscoveryModule` for services without a fixed `url`.
   */
  static forFeature(clients: readonly HttpClientOptions[]): DynamicModule {
    checkClients(clients);
    const providers = clients.map(httpClientProvider);
    return {
      module: ClientModule,
      imports: [HttpModule],
      providers: [{ provide: ConnectionPool, useFactory: () => new ConnectionPool() }, ...providers],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function httpClientProvider(options: HttpClientOptions): FactoryProvider<HttpServiceClient> {
  const optional = (token: FactoryProvider['provide']) => ({ token: token as never, optional: true });
  return {
    provide: getHttpClientToken(options.service),
    inject: [
      HttpService,
      ConnectionPool,
      PolicyRegistry,
      optional(LoadBalancer),
      optional(CallObserver),
      optional(ServiceInfo),
    ],
    useFactory: (
      http: HttpService,
      pool: ConnectionPool,
      policies: PolicyRegistry,
      balancer: LoadBalancer | undefined,
      observer: CallObserver | undefined,
      info: ServiceInfo | undefined,
    ) =>
      new HttpServiceClient({
        service: options.service,
        endpoints: endpointsOf(options, balancer),
        pipeline: pipelineOf(options, policies),
        transport: axiosTransport(http.axiosRef, pool),
        observer: observer ?? noObserver,
        clock: systemClock,
        headers: { 'user-agent': `rookery-client (${info?.name ?? 'unnamed'})`, ...options.headers },
      }),
  };
}

function endpointsOf(
  { service, url }: HttpClientOptions,
  balancer: LoadBalancer | undefined,
): EndpointPicker {
  if (url !== undefined) return fixedEndpoint(url);
  if (balancer) return discoveredEndpoint(balancer, service, SCHEMES);
  throw new OptionsError('ClientModule.forFeature', [
    `${service}: Nobody can find it. Import DiscoveryModule.forRoot(), or give the client a url.`,
  ]);
}

function pipelineOf({ service, policy, ...options }: HttpClientOptions, policies: PolicyRegistry): Pipeline {
  return policy === undefined
    ? policies.define(`client.${service}`, defaultPolicies(options))
    : policies.pipeline(policy);
}
