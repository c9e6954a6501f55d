import { type FactoryProvider } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, ModulesContainer, type NestContainer } from '@nestjs/core';
import { bindToGateways } from './gateway-filters.explorer.js';
import { ResilienceExceptionFilter } from './resilience-exception.filter.js';

/** What a `ModuleRef` keeps, of Nest: every app has a configuration. */
interface ContainerHolder {
  readonly container: { readonly applicationConfig: NonNullable<NestContainer['applicationConfig']> };
}

/**
 * Installs the filter in the whole app, before any `APP_FILTER` is: Nest asks the filter that came last first, so that
 * every filter of the app's own precedes. As an `APP_FILTER` itself it would come after those of the root module. Nest has
 * no public way to the configuration of the app from inside, so this goes through the container of a `ModuleRef`; a test
 * of the order of filters fails if a new Nest changes that.
 */
export const filterProvider: FactoryProvider = {
  provide: ResilienceExceptionFilter,
  inject: [ModuleRef, ModulesContainer, HttpAdapterHost],
  useFactory: (moduleRef: ModuleRef, modules: ModulesContainer, host: HttpAdapterHost) => {
    const filter = new ResilienceExceptionFilter(host, bindToGateways(modules));
    const { container } = moduleRef as unknown as ContainerHolder;
    container.applicationConfig.addGlobalFilter(filter);
    return filter;
  },
};
