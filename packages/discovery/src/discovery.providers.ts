import { type Provider } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { AppClosing, Readiness, refuseSecondImport, RpcServers, ServiceInfo } from '@rookery/common';
import { admitLogged } from './admission/admit.lifecycle.js';
import { SelfRegistration } from './advertise/self-registration.lifecycle.js';
import { logBalancerEvents } from './balancer/balancer-log.lifecycle.js';
import { LoadBalancer } from './balancer/load-balancer.js';
import { DISCOVERY_MODULE_OPTIONS } from './discovery.module-definition.js';
import { type DiscoveryOptions } from './discovery.options.js';
import { type DiscoverySettings, resolveDiscoveryOptions } from './discovery.settings.js';
import { logRegistryEvents } from './registry-log.lifecycle.js';
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
  {
    provide: ServiceRegistry,
    inject: [SETTINGS],
    useFactory: async ({ backend, admit, ttl, clock, random }: DiscoverySettings) => {
      await backend.open?.();
      const registry = new ServiceRegistry({ backend: admitLogged(backend, admit), ttl, clock, random });
      logRegistryEvents(registry, backend);
      return registry;
    },
  },
  {
    provide: LoadBalancer,
    inject: [ServiceRegistry, SETTINGS],
    useFactory: (registry: ServiceRegistry, { balancing }: DiscoverySettings) => {
      const balancer = new LoadBalancer(registry, balancing);
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
