import { type OnModuleInit } from '@nestjs/common';
import { type DiscoveryService, type MetadataScanner } from '@nestjs/core';
import { checkOptions, is, listOf, OptionsError, shape, toMilliseconds } from '@rookery/common';
import { type HealthSettings } from '../service.options.js';
import { toFinding } from './finding.js';
import { HealthIndicator, type HealthIndicatorOptions } from './health-indicator.decorator.js';
import { type HealthRegistry } from './health-registry.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
type CheckMethod = (signal: AbortSignal) => unknown;

const checkAll = shape<HealthIndicatorOptions>({
  name: is.text,
  groups: listOf(is.oneOf('liveness', 'readiness')),
  critical: is.flag,
  interval: is.duration({ min: 1 }),
  timeout: is.duration({ min: 1 }),
});

/** Finds the methods that `@HealthIndicator()` marks and adds them to the registry. */
export class HealthExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: HealthRegistry,
    private readonly defaults: HealthSettings,
  ) {}

  onModuleInit(): void {
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const prototype = prototypeOf(wrapper);
      if (!prototype || wrapper.isAlias || seen.has(wrapper.instance)) continue;
      if (wrapper.isDependencyTreeStatic()) seen.add(wrapper.instance);
      for (const method of this.scanner.getAllMethodNames(prototype))
        this.#explore(wrapper, prototype, method);
    }
  }

  #explore(wrapper: Wrapper, prototype: object, method: string): void {
    const marked: unknown = Reflect.get(prototype, method);
    if (typeof marked !== 'function') return;
    const options = Reflect.getMetadata(HealthIndicator.KEY, marked) as HealthIndicatorOptions | undefined;
    if (!options) return;
    const where = `@HealthIndicator() on ${prototype.constructor.name}.${method}`;
    if (!wrapper.isDependencyTreeStatic()) {
      throw new OptionsError(where, [
        'The class has one instance a request. Move the method to a singleton provider.',
      ]);
    }
    this.#add(
      checkOptions(where, checkAll, options),
      wrapper.instance as Record<string, CheckMethod>,
      method,
    );
  }

  #add(options: HealthIndicatorOptions, instance: Record<string, CheckMethod>, method: string): void {
    const name = options.name ?? method;
    this.registry.add({
      name,
      groups: options.groups ?? ['readiness'],
      critical: options.critical ?? true,
      intervalMs: toMilliseconds(options.interval ?? this.defaults.intervalMs),
      timeoutMs: toMilliseconds(options.timeout ?? this.defaults.timeoutMs),
      check: async (signal) => toFinding(name, await instance[method]?.(signal)),
    });
  }
}

/** Of the class, which is also known when there is no instance outside of a request. */
function prototypeOf(wrapper: Wrapper): object | undefined {
  const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : wrapper.metatype?.prototype;
  if (typeof instance !== 'object' || instance === null) return undefined;
  return wrapper.isDependencyTreeStatic() ? (Object.getPrototypeOf(instance) as object) : instance;
}
