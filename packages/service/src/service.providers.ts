import { Logger, type Provider } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, MetadataScanner, ModulesContainer } from '@nestjs/core';
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
import { ServiceRegistry } from '@rookery/discovery';
import { dependencyIndicator } from './dependencies/dependency-indicator.js';
import { type Dependency } from './dependencies/dependency.js';
import { type Locate, locateByName, locateByUrl } from './dependencies/locate.js';
import { HealthRegistry } from './health/health-registry.js';
import { HealthReport } from './health/health-report.js';
import { HealthExplorer } from './health/health.explorer.js';
import { logHealthChange } from './health/log-health-change.js';
import { ServiceReadiness } from './health/service-readiness.js';
import { ServiceIdentity } from './identity/service-identity.js';
import { ServiceState } from './lifecycle/service-state.js';
import { ServiceLifecycle } from './lifecycle/service.lifecycle.js';
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
    inject: [CHECKED, { token: ServiceRegistry, optional: true }],
    useFactory: healthRegistry,
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
];

function healthRegistry(options: ServiceOptions, registry: ServiceRegistry | undefined): HealthRegistry {
  const health = new HealthRegistry(systemClock, systemRandom, logHealthChange(new Logger('Health')));
  const { intervalMs } = healthSettings(options.health);
  for (const [index, dependency] of (options.dependencies ?? []).entries()) {
    const locate = locator(dependency, `dependencies[${index}]`, registry);
    health.add(dependencyIndicator(dependency, locate, intervalMs, systemClock, systemRandom));
  }
  return health;
}

function locator(dependency: Dependency, path: string, registry: ServiceRegistry | undefined): Locate {
  if (dependency.url) return locateByUrl(dependency.url);
  if (registry) return locateByName(dependency, (name) => registry.discover(name), systemRandom);
  throw new OptionsError('ServiceModule.forRoot', [
    `${path}.url: Missing. Give ${dependency.name} a url, or import DiscoveryModule so that it can be found by name.`,
  ]);
}
