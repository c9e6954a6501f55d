import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { OptionsError, refuseSecondImport, systemClock, systemRandom } from '@rookery/common';
import { AddressGuard, ServiceRegistry } from '@rookery/discovery';
import { locateWith } from './resources/locate.js';
import { XdsServerLifecycle } from './xds-server.lifecycle.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
  XDS_SERVER_OPTIONS,
} from './xds-server.module-definition.js';
import { resolveXdsServerOptions, type XdsServerOptions } from './xds-server.options.js';
import { XdsServer } from './xds-server.js';

const optional = (token: unknown) => ({ token: token as never, optional: true });

/**
 * Exports the app's registry over xDS, so that Envoy, and gRPC in any language, find what is registered. It needs
 * `DiscoveryModule`.
 *
 * @example
 * imports: [DiscoveryModule.forRoot({ advertise: false }), XdsServerModule.forRoot({ port: 18000 })]
 */
@Module({
  providers: [
    {
      provide: XdsServer,
      inject: [XDS_SERVER_OPTIONS, ModulesContainer, optional(ServiceRegistry), optional(AddressGuard)],
      useFactory: createServer,
    },
    {
      provide: XdsServerLifecycle,
      inject: [XdsServer],
      useFactory: (server: XdsServer) => new XdsServerLifecycle(server),
    },
  ],
  exports: [XdsServer],
})
export class XdsServerModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return super.forRoot(options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}

function createServer(
  options: XdsServerOptions,
  modules: ModulesContainer,
  registry?: ServiceRegistry,
  guard?: AddressGuard,
): XdsServer {
  const where = 'XdsServerModule.forRoot';
  refuseSecondImport(modules, where, XDS_SERVER_OPTIONS, 'there would be as many servers');
  const settings = resolveXdsServerOptions(options);
  if (!registry)
    throw new OptionsError(where, ['There is nothing to export. Import DiscoveryModule.forRoot().']);
  return new XdsServer(settings, {
    registry,
    locate: locateWith(guard),
    clock: systemClock,
    random: systemRandom,
    log: new Logger('XdsServer'),
  });
}
