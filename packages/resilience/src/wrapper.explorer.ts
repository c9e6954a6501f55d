import { type DiscoveryService } from '@nestjs/core';

/** What Nest knows of a provider or controller. */
export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Read from the class where there is one: request-scoped and transient providers have no instance yet. */
export function prototypeOf(wrapper: InstanceWrapper): object | undefined {
  const { metatype, inject } = wrapper;
  if (metatype && !inject) return metatype.prototype;
  const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
  return typeof instance === 'object' && instance !== null ? Object.getPrototypeOf(instance) : undefined;
}
