import { type DynamicModule, Module } from '@nestjs/common';
import { AppLifeModule } from '@rookery/common';
import { AddressGuard } from './admission/address-guard.js';
import { LoadBalancer } from './balancer/load-balancer.js';
import {
  ConfigurableModuleClass,
  type DiscoveryModuleAsyncOptions,
  type DiscoveryModuleOptions,
} from './discovery.module-definition.js';
import { discoveryProviders } from './discovery.providers.js';
import { ServiceRegistry } from './registry/service-registry.js';

/**
 * Lets services find each other. The app registers itself when it is ready and leaves when it stops; `ServiceRegistry`
 * and `LoadBalancer` can be injected everywhere.
 *
 * @example
 * imports: [DiscoveryModule.forRoot()]                          // lease files: all processes of this host
 * imports: [DiscoveryModule.forRoot({ advertise: false })]      // finds others, is not found itself
 */
@Module({
  imports: [AppLifeModule],
  providers: discoveryProviders,
  exports: [ServiceRegistry, LoadBalancer, AddressGuard],
})
export class DiscoveryModule extends ConfigurableModuleClass {
  static override forRoot(options: DiscoveryModuleOptions = {}): DynamicModule {
    return super.forRoot(options);
  }

  static override forRootAsync(options: DiscoveryModuleAsyncOptions): DynamicModule {
    return super.forRootAsync(options);
  }
}
