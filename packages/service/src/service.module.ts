import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { AppLifeModule, Readiness, ServiceInfo } from '@rookery/common';
import { GrpcHealth } from './health/grpc-health.js';
import { HealthRegistry } from './health/health-registry.js';
import { createHealthController } from './health/health.controller.js';
import { ServiceIdentity } from './identity/service-identity.js';
import { ServiceState } from './lifecycle/service-state.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
} from './service.module-definition.js';
import { healthSettings, requireOptions, type ServiceOptions } from './service.options.js';
import { CHECKED, serviceProviders } from './service.providers.js';

/**
 * Makes an app a service: it has a name that the other modules use, health endpoints for an orchestrator, and
 * declared dependencies that are checked in the background. Global.
 *
 * @example
 * imports: [ServiceModule.forRoot({ name: 'order-service', version: '1.0.0', dependencies: [{ name: 'user-service' }] })]
 */
@Module({
  // Changes of health are logged once, by us; Terminus would log every failed probe.
  imports: [AppLifeModule, DiscoveryModule, TerminusModule.forRoot({ logger: false })],
  providers: serviceProviders,
  exports: [ServiceIdentity, ServiceInfo, ServiceState, HealthRegistry, GrpcHealth, Readiness],
})
export class ServiceModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    requireOptions(options);
    return withHealthRoutes(super.forRoot(options));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withHealthRoutes(super.forRootAsync(options));
  }
}

function withHealthRoutes(definition: DynamicModule): DynamicModule {
  const controller = createHealthController();
  const mount = {
    provide: Symbol('@rookery/service:health-routes'),
    inject: [CHECKED],
    useFactory: ({ health }: ServiceOptions) => controller.mountAt(healthSettings(health).path),
  };
  return {
    ...definition,
    controllers: [controller],
    providers: [...(definition.providers ?? []), mount],
  };
}
