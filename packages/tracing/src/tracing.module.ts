import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CallObserver } from '@rookery/common';
import { Tracer } from './tracer/tracer.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
} from './tracing.module-definition.js';
import { tracingProviders } from './tracing.providers.js';

/**
 * Traces an app through Nest's own hooks: every request is a span, `@Span()` marks methods, and what the suite's
 * clients and brokers do is reported through `CallObserver`. Nothing to preload and no flag. Global.
 *
 * @example
 * imports: [TracingModule.forRoot({ exporter: 'console' })]
 */
@Module({
  imports: [DiscoveryModule],
  providers: tracingProviders,
  exports: [Tracer, CallObserver],
})
export class TracingModule extends ConfigurableModuleClass {
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}
