import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { lowerCased, systemClock } from '@rookery/common';
import { checkClients, defaultPolicies, FOR_FEATURE, type HttpClientOptions } from './client.options.js';
import { getHttpClientToken } from './client.tokens.js';
import { ClientDependencies, clientDependencies } from './definition/client-dependencies.providers.js';
import { pipelineFor } from './definition/pipeline-for.js';
import { type Schemes } from './endpoint/discovered-endpoint.js';
import { ConnectionPool } from './http/connection-pool.js';
import { HttpServiceClient } from './http/http-service-client.js';
import { LazyAxios } from './http/lazy-axios.lifecycle.js';

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
      providers: [
        clientDependencies,
        { provide: ConnectionPool, useFactory: () => new ConnectionPool() },
        {
          provide: LazyAxios,
          inject: [LazyModuleLoader, ConnectionPool],
          useFactory: (loader: LazyModuleLoader, pool: ConnectionPool) => new LazyAxios(loader, pool),
        },
        ...providers,
      ],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

function httpClientProvider(options: HttpClientOptions): FactoryProvider<HttpServiceClient> {
  return {
    provide: getHttpClientToken(options.service),
    inject: [LazyAxios, ClientDependencies],
    useFactory: (axios: LazyAxios, dependencies: ClientDependencies) =>
      new HttpServiceClient({
        service: options.service,
        endpoints: dependencies.endpointsFor(options, SCHEMES, FOR_FEATURE),
        pipeline: pipelineFor('client', options, defaultPolicies, dependencies.policies),
        transport: axios.send,
        observer: dependencies.observer,
        clock: systemClock,
        headers: { 'user-agent': dependencies.userAgent, ...lowerCased(options.headers ?? {}) },
      }),
  };
}
