import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type ServiceOptions } from './service.options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: SERVICE_MODULE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<ServiceOptions>({ moduleName: 'Service' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createServiceOptions')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();
