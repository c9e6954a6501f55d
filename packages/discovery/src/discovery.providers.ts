import { type Provider } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { AppClosing, Readiness, refuseSecondImport, RpcServers, ServiceInfo } from '@rookery/common';
import { AddressGuard } from './admission/address-guard.js';
import { admitLogged } from './admission/admit.lifecycle.js';
import { SelfRegistration } from './advertise/self-registration.lifecycle.js';
import { logBalancerEvents } from './balancer/balancer-log.lifecycle.js';
import { LoadBalancer } from './balancer/load-balancer.js';
import { DISCOVERY_MODULE_OPTIONS } from './discovery.module-definition.js';
import { type DiscoveryOptions } from './discovery.options.js';
import { type DiscoverySettings, resolveDiscoveryOptions } from './discovery.settings.js';
import { signOfLife } from './ejection/sign-of-life.js';
import { logRegistryEvents } from './registry-log.lifecycle.js';
import { acceptsConnection } from './registry/accepts-connection.js';
import { ServiceRegistry } from './registry/service-registry.js';

const SETTINGS = Symbol('@rookery/discovery:settings');

/** The registry, the balancer, and what registers the app itself. */
export const discoveryProviders: Provider[] = [
  {
    provide: SETTINGS,
    inject: [DISCOVERY_MODULE_OPTIONS, ModulesContainer, { token: ServiceInfo, optional: true }],
    useFactory: (options: DiscoveryOptions, modules: ModulesContainer, info?: ServiceInfo) => {
      refuseSecondImport(
        modules,
        'DiscoveryModule.forRoot',
        DISCOVERY_MODULE_OPTIONS,
        'the app would be registered as often',
      );
      return resolveDiscoveryOptions(options, info);
    },
  },
  { provide: AddressGuard, useFactory: () => new AddressGuard() },
  {
    provide: ServiceRegistry,
    inject: [SETTINGS, AddressGuard],
    useFactory: async (settings: DiscoverySettings, guard: AddressGuard) => {
      const { backend, admit, ttl, clock, random } = settings;
      await backend.open?.();
      const registry = new ServiceRegistry({
        backend: admitLogged(backend, admit, guard),
        answers: (instance, signal) => acceptsConnection(instance, signal, guard.lookupFor(instance)),
        ttl,
        clock,
        random,
      });
      logRegistryEvents(registry, backend);
      return registry;
    },
  },
  {
    provide: LoadBalancer,
    inject: [ServiceRegistry, SETTINGS, AddressGuard],
    useFactory: (registry: ServiceRegistry, { balancing }: DiscoverySettings, guard: AddressGuard) => {
      const balancer = new LoadBalancer(registry, balancing, {
        signOfLife: signOfLife((instance) => guard.lookupFor(instance)),
      });
      logBalancerEvents(balancer);
      return balancer;
    },
  },
  {
    provide: SelfRegistration,
    inject: [
      ServiceRegistry,
      SETTINGS,
      HttpAdapterHost,
      RpcServers,
      AppClosing,
      { token: Readiness, optional: true },
    ],
    useFactory: (
      registry: ServiceRegistry,
      settings: DiscoverySettings,
      host: HttpAdapterHost,
      servers: RpcServers,
      closing: AppClosing,
      readiness?: Readiness,
    ) => new SelfRegistration(registry, { host, servers, closing, readiness }, settings),
  },
];
