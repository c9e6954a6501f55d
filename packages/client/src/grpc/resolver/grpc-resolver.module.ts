import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CallObserver, noObserver, OptionsError, ServiceInfo, systemClock } from '@rookery/common';
import { AddressGuard, LoadBalancer, ServiceRegistry } from '@rookery/discovery';
import { GrpcClientsExplorer } from './grpc-clients.explorer.js';
import { GrpcResolver } from './grpc-resolver.js';
import { registerScheme } from './register-scheme.js';

const FOR_ROOT = 'GrpcResolverModule.forRoot';

/**
 * Makes `rookery:///user-service` a url of Nest's own `ClientGrpc`: found, balanced and drained by discovery, with the deadline
 * and the trace of the work that calls. Global. It needs `DiscoveryModule`.
 *
 * @example
 * imports: [
 *   DiscoveryModule.forRoot(),
 *   GrpcResolverModule.forRoot(),
 *   ClientsModule.register([
 *     { name: 'USERS', transport: Transport.GRPC, options: { url: 'rookery:///user-service', package: 'users', protoPath } },
 *   ]),
 * ]
 */
@Module({})
export class GrpcResolverModule {
  /** Throws an `OptionsError` with a grpc-js in which targets cannot be registered as here. */
  static forRoot(): DynamicModule {
    registerScheme(FOR_ROOT);
    return {
      module: GrpcResolverModule,
      global: true,
      providers: [resolverProvider, explorerProvider],
      exports: [GrpcResolver],
    };
  }
}

const optional = (token: unknown) => ({ token: token as never, optional: true });

const resolverProvider: FactoryProvider<GrpcResolver> = {
  provide: GrpcResolver,
  inject: [
    optional(ServiceRegistry),
    optional(LoadBalancer),
    optional(AddressGuard),
    optional(CallObserver),
    optional(ServiceInfo),
  ],
  useFactory: (
    registry?: ServiceRegistry,
    balancer?: LoadBalancer,
    guard?: AddressGuard,
    observer: CallObserver = noObserver,
    info?: ServiceInfo,
  ) => {
    if (!registry || !balancer || !guard) {
      throw new OptionsError(FOR_ROOT, ['Nobody can find services. Import DiscoveryModule.forRoot().']);
    }
    const app = info?.name ?? 'unnamed';
    const userAgent = `rookery-client (${app})`;
    return new GrpcResolver({ app, registry, balancer, guard, observer, clock: systemClock, userAgent });
  },
};

const explorerProvider: FactoryProvider<GrpcClientsExplorer> = {
  provide: GrpcClientsExplorer,
  inject: [ModulesContainer, GrpcResolver],
  useFactory: (modules: ModulesContainer, resolver: GrpcResolver) =>
    new GrpcClientsExplorer(modules, resolver),
};
