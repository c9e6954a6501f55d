import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type DiscoveryOptions } from './discovery.options.js';

/** What a class has to offer to be used as `useClass` or `useExisting` of `forRootAsync`. */
export interface DiscoveryOptionsFactory {
  createDiscoveryOptions(): DiscoveryOptions | Promise<DiscoveryOptions>;
}

const definition = new ConfigurableModuleBuilder<DiscoveryOptions>({ moduleName: 'RookeryDiscovery' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createDiscoveryOptions')
  .setExtras({ isGlobal: true }, (module, { isGlobal }) => ({ ...module, global: isGlobal }))
  .build();

export const { ConfigurableModuleClass } = definition;
/** The token of the options as they were given, before they are checked. */
export const DISCOVERY_MODULE_OPTIONS = definition.MODULE_OPTIONS_TOKEN;
export type DiscoveryModuleOptions = typeof definition.OPTIONS_TYPE;
export type DiscoveryModuleAsyncOptions = typeof definition.ASYNC_OPTIONS_TYPE;
