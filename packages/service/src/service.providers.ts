import { Logger, type Provider } from '@nestjs/common';
import {
  APP_INTERCEPTOR,
  DiscoveryService,
  HttpAdapterHost,
  MetadataScanner,
  ModulesContainer,
} from '@nestjs/core';
import {
  AppClosing,
  OptionsError,
  Readiness,
  refuseSecondImport,
  RpcServers,
  ServiceInfo,
  systemClock,
  systemRandom,
} from '@rookery/common';
import { AddressGuard, ServiceRegistry } from '@rookery/discovery';
import { deadlineSettings } from './deadlines/deadline.options.js';
import { DeadlineInterceptor } from './deadlines/deadline.interceptor.js';
import { InboundDeadlines } from './deadlines/inbound-deadlines.lifecycle.js';
import { dependencyIndicator } from './dependencies/dependency-indicator.js';
import { type Dependency } from './dependencies/dependency.js';
import { type Discover, type Locate, locateByName, locateByUrl } from './dependencies/locate.js';
import { Edge } from './edge/edge.lifecycle.js';
import { GrpcHealth } from './health/grpc-health.js';
import { GrpcHealthOffer } from './health/grpc-health.lifecycle.js';
import { HealthRegistry } from './health/health-registry.js';
import { HealthReport } from './health/health-report.js';
import { HealthExplorer } from './health/health.explorer.js';
import { logHealthChange } from './health/log-health-change.js';
import { ServiceReadiness } from './health/service-readiness.js';
import { ServiceIdentity } from './identity/service-identity.js';
import { ServiceState } from './lifecycle/service-state.js';
import { ServiceLifecycle } from './lifecycle/service.lifecycle.js';
import { LoadReporting } from './load/load-reporting.lifecycle.js';
import { loadReport } from './load/load-report.js';
import { SERVICE_MODULE_OPTIONS } from './service.module-definition.js';
import {
  checkServiceOptions,
  healthSettings,
  lifecycleSettings,
  type ServiceOptions,
} from './service.options.js';

/** The options, checked. */
export const CHECKED = Symbol('@rookery/service:options');

/** What the module consists of, but for the health controller, which is one of each app. */
export const serviceProviders: Provider[] = [
  {
    provide: CHECKED,
    inject: [SERVICE_MODULE_OPTIONS, ModulesContainer],
    useFactory(options: ServiceOptions, modules: ModulesContainer) {
      refuseSecondImport(
        modules,
        'ServiceModule.forRoot',
        SERVICE_MODULE_OPTIONS,
        'the app would have several names',
      );
      return checkServiceOptions(options);
    },
  },
  {
    provide: ServiceIdentity,
    inject: [CHECKED],
    useFactory: ({ name, version = '0.0.0', port = 3000, instanceId }: ServiceOptions) =>
      new ServiceIdentity(name, version, port, instanceId),
  },
  { provide: ServiceInfo, useExisting: ServiceIdentity },
  { provide: ServiceState, useFactory: () => new ServiceState() },
  {
    provide: HealthRegistry,
    inject: [CHECKED, { token: ServiceRegistry, optional: true }, { token: AddressGuard, optional: true }],
    useFactory: (options: ServiceOptions, registry?: ServiceRegistry, guard = new AddressGuard()) =>
      healthRegistry(options, registry && discoverBy(registry, guard)),
  },
  {
    provide: HealthReport,
    inject: [HealthRegistry, ServiceState, ServiceIdentity],
    useFactory: (registry: HealthRegistry, state: ServiceState, identity: ServiceIdentity) =>
      new HealthReport(registry, state, identity),
  },
  {
    provide: HealthExplorer,
    inject: [DiscoveryService, MetadataScanner, HealthRegistry, CHECKED],
    useFactory: (
      discovery: DiscoveryService,
      scanner: MetadataScanner,
      registry: HealthRegistry,
      { health }: ServiceOptions,
    ) => new HealthExplorer(discovery, scanner, registry, healthSettings(health)),
  },
  {
    provide: Readiness,
    inject: [HealthReport, HealthRegistry, ServiceState],
    useFactory: (report: HealthReport, registry: HealthRegistry, state: ServiceState) =>
      new ServiceReadiness(report, registry, state),
  },
  {
    provide: GrpcHealth,
    inject: [Readiness],
    useFactory: (readiness: Readiness) => new GrpcHealth(readiness),
  },
  {
    provide: GrpcHealthOffer,
    inject: [CHECKED, GrpcHealth, RpcServers, AppClosing],
    useFactory: (
      { health }: ServiceOptions,
      grpcHealth: GrpcHealth,
      servers: RpcServers,
      closing: AppClosing,
    ) => (health?.grpc === false ? undefined : new GrpcHealthOffer(grpcHealth, servers, closing)),
  },
  {
    provide: ServiceLifecycle,
    inject: [CHECKED, HttpAdapterHost, RpcServers, AppClosing, ServiceState, HealthRegistry],
    useFactory: (
      options: ServiceOptions,
      host: HttpAdapterHost,
      servers: RpcServers,
      closing: AppClosing,
      state: ServiceState,
      health: HealthRegistry,
    ) =>
      new ServiceLifecycle(
        { host, servers, closing },
        state,
        health,
        lifecycleSettings(options),
        systemClock,
      ),
  },
  {
    provide: Edge,
    inject: [CHECKED, HttpAdapterHost, RpcServers],
    useFactory: ({ edge }: ServiceOptions, host: HttpAdapterHost, servers: RpcServers) =>
      new Edge(host, servers, edge),
  },
  {
    provide: LoadReporting,
    inject: [CHECKED, HttpAdapterHost, RpcServers, Edge],
    useFactory: (
      { reportLoad = true }: ServiceOptions,
      host: HttpAdapterHost,
      servers: RpcServers,
      { believes }: Edge,
    ) => new LoadReporting(host, servers, reportLoad ? loadReport() : undefined, believes),
  },
  {
    provide: InboundDeadlines,
    inject: [CHECKED, HttpAdapterHost, RpcServers, Edge],
    useFactory: (
      { deadlines }: ServiceOptions,
      host: HttpAdapterHost,
      servers: RpcServers,
      { believes }: Edge,
    ) => {
      const settings = deadlineSettings(deadlines);
      return new InboundDeadlines(host, servers, settings && { ...settings, clock: systemClock, believes });
    },
  },
  { provide: APP_INTERCEPTOR, useFactory: () => new DeadlineInterceptor() },
];

/** The instances of a service, each with how its host name is resolved. */
function discoverBy(registry: ServiceRegistry, guard: AddressGuard): Discover {
  return async (service) => {
    const instances = await registry.discover(service);
    return instances.map((instance) => {
      const { host, port, protocol } = instance;
      return { host, port, protocol, lookup: guard.lookupFor(instance) };
    });
  };
}

function healthRegistry(options: ServiceOptions, discover: Discover | undefined): HealthRegistry {
  const health = new HealthRegistry(systemClock, systemRandom, logHealthChange(new Logger('Health')));
  const { intervalMs } = healthSettings(options.health);
  for (const [index, dependency] of (options.dependencies ?? []).entries()) {
    const locate = locator(dependency, `dependencies[${index}]`, discover);
    health.add(dependencyIndicator(dependency, locate, intervalMs, systemClock, systemRandom));
  }
  return health;
}

function locator(dependency: Dependency, path: string, discover: Discover | undefined): Locate {
  if (dependency.url) return locateByUrl(dependency.url);
  if (discover) return locateByName(dependency, discover, systemRandom);
  throw new OptionsError('ServiceModule.forRoot', [
    `${path}.url: Missing. Give ${dependency.name} a url, or import DiscoveryModule so that it can be found by name.`,
  ]);
}
