import {
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  Module,
  type Provider,
} from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { lowerCased, systemClock } from '@rookery/common';
import { checkClients, defaultPolicies, FOR_FEATURE, type HttpClientOptions } from './client.options.js';
import { getHttpClientToken } from './client.tokens.js';
import { ClientDependencies, clientDependencies } from './definition/client-dependencies.providers.js';
import { pipelineFor } from './definition/pipeline-for.js';
import { type ClientEntry, type ResolvedEntry } from './declarative/contract-client.options.js';
import { contractClientProvider } from './declarative/contract-client.providers.js';
import { type Schemes } from './endpoint/discovered-endpoint.js';
import { HttpServiceClient } from './http/http-service-client.js';
import { withKinds } from './http/problem-kinds.js';
import { TRANSPORT_DEFAULTS } from './http/transport.options.js';
import { Transports } from './http/transports.lifecycle.js';

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
 *
 * imports: [ClientModule.forFeature([UserApi])] // a class with @ServiceClient('user-service')
 * constructor(private readonly users: UserApi) {}
 */
@Module({})
export class ClientModule {
  /**
   * Provides one `HttpServiceClient` for each service, under `getHttpClientToken(service)`, and for each contract a client
   * under its class. It needs `ResilienceModule`, and `DiscoveryModule` for services without a fixed `url`.
   */
  static forFeature(clients: readonly ClientEntry[]): DynamicModule {
    const entries = checkClients(clients);
    return {
      module: ClientModule,
      providers: [
        clientDependencies(FOR_FEATURE),
        {
          provide: Transports,
          inject: [ModuleRef, LazyModuleLoader],
          useFactory: (module: ModuleRef, loader: LazyModuleLoader) =>
            new Transports(module, loader, systemClock, FOR_FEATURE),
        },
        ...entries.flatMap(clientProviders),
      ],
      exports: entries.map(({ client, options }) => client ?? getHttpClientToken(options.service)),
    };
  }
}

function clientProviders({ client, options }: ResolvedEntry): Provider[] {
  if (!client) return [httpClientProvider(getHttpClientToken(options.service), options)];
  // Nobody else injects it: contracts of one service may have options of their own.
  const sender = Symbol(`HttpServiceClient of ${client.name}`);
  return [httpClientProvider(sender, options), contractClientProvider(client, sender)];
}

function httpClientProvider(
  provide: InjectionToken,
  options: HttpClientOptions,
): FactoryProvider<HttpServiceClient> {
  return {
    provide,
    inject: [Transports, ClientDependencies],
    useFactory: (transports: Transports, dependencies: ClientDependencies) =>
      new HttpServiceClient({
        service: options.service,
        endpoints: dependencies.endpointsFor(options, SCHEMES, FOR_FEATURE),
        pipeline: pipelineFor('client', options, defaultPolicies, dependencies.policies),
        transport: transports.for({ ...TRANSPORT_DEFAULTS, ...options }),
        observer: dependencies.observer,
        clock: systemClock,
        headers: { 'user-agent': dependencies.userAgent, ...lowerCased(options.headers ?? {}) },
        kinds: withKinds(new Map(), options.errors),
        maxResponseSize: options.maxResponseSize ?? TRANSPORT_DEFAULTS.maxResponseSize,
      }),
  };
}
