import { type DiscoveryService } from '@nestjs/core';
import { injectionKey, requiresModule } from './require-module.decorator.js';
import { type Weaving } from './weaving.js';

/**
 * Gives the runtime to instances that Nest did not construct itself: the results of `useFactory` and `useValue`,
 * which get no property injection. A package's explorer calls it from `onModuleInit`.
 */
export function attachRuntime<Runtime extends object>(
  discovery: DiscoveryService,
  weaving: Weaving<Runtime>,
  runtime: Runtime,
): void {
  const slot = injectionKey(weaving.name);
  for (const wrapper of discovery.getProviders()) {
    if (!wrapper.isDependencyTreeStatic()) continue;
    const instance: unknown = wrapper.instance;
    if (typeof instance !== 'object' || instance === null || slot in instance) continue;
    if (!requiresModule(weaving.name, Object.getPrototypeOf(instance))) continue;
    Object.defineProperty(instance, slot, { value: runtime, enumerable: false });
  }
}
