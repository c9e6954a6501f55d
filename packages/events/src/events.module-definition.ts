import { ConfigurableModuleBuilder } from '@nestjs/common';
import { type EventsOptions } from './events.options.js';

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: EVENTS_MODULE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<EventsOptions>({ moduleName: 'Events' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createEventsOptions')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();
