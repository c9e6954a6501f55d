import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type XdsServerOptions } from './xds-server.options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: XDS_SERVER_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<XdsServerOptions>({ moduleName: 'XdsServer' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createXdsServerOptions')
  .build();
