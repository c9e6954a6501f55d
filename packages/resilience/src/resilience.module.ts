import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { checkOptions } from '@rookery/common';
import { ResilienceHealthIndicator } from './health/resilience-health.indicator.js';
import { CircuitAdmin } from './registry/circuit-admin.js';
import { PolicyRegistry } from './registry/policy-registry.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
} from './resilience.module-definition.js';
import { resilienceProviders } from './resilience.providers.js';
import { ResilienceRuntime } from './weaving/resilience-runtime.js';

/**
 * Makes the decorators of this package work and holds the named policies. Import it once, in the root module; it is
 * global. Every policy is checked and built while the app boots.
 *
 * @example
 * imports: [ResilienceModule.forRoot({
 *   policies: { 'user-service': { timeout: '2s', retry: { attempts: 3 }, circuitBreaker: {} } },
 * })]
 */
@Module({
  imports: [DiscoveryModule],
  providers: resilienceProviders,
  exports: [CircuitAdmin, PolicyRegistry, ResilienceHealthIndicator, ResilienceRuntime],
})
export class ResilienceModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    // Whatever else is wrong with them is told by its path once they are complete, as with `forRootAsync`.
    return super.forRoot(checkOptions('ResilienceModule.forRoot', () => undefined, options));
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}
