import {
  type DynamicModule,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  RequestMethod,
} from '@nestjs/common';
import { MeshClient } from './client/mesh-client.js';
import { keepReceived } from './headers/received-headers.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
} from './mesh.module-definition.js';
import { meshProviders } from './mesh.providers.js';

/**
 * Provides the `MeshClient`, and keeps the headers of each request that the mesh wants to see again on the calls which
 * that request causes. Global.
 *
 * @example
 * imports: [MeshModule.forRoot({ namespace: 'shop', waitFor: {} })]              // Istio or Linkerd beside the app
 * imports: [MeshModule.forRoot({ mode: 'proxyless', protoPath: 'users.proto' })] // gRPC is its own proxy
 * imports: [DiscoveryModule.forRoot(), MeshModule.forRoot({ mode: 'direct', identity })] // mutual TLS, no proxy
 */
@Module({ providers: meshProviders(() => MeshModule), exports: [MeshClient] })
export class MeshModule extends ConfigurableModuleClass implements NestModule {
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(keepReceived).forRoutes({ path: '{*path}', method: RequestMethod.ALL });
  }
}
