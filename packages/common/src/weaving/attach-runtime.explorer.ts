import { type DiscoveryService } from '@nestjs/core';
import { injectionKey, requiresModule } from './require-module.decorator.js';
import { type Weaving } from './weaving.js';

/** Instances that were given a runtime here. A value may outlive its app, as in tests, and belongs to the latest one. */
const attached = new WeakSet<object>();

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
    if (typeof instance !== 'object' || instance === null) continue;
    if (slot in instance && !attached.has(instance)) continue;
    if (!requiresModule(weaving.name, Object.getPrototypeOf(instance))) continue;
    Object.defineProperty(instance, slot, { value: runtime, enumerable: false, configurable: true });
    attached.add(instance);
  }
}
