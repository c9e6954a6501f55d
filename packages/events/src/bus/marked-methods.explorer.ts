import { ContextIdFactory, type DiscoveryService, type MetadataScanner, type ModuleRef } from '@nestjs/core';
import { withSignal } from '@rookery/common';
import { type RookeryEvent } from '../event/rookery-event.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A method of a provider or controller that may be marked as a handler. */
export interface FoundMethod {
  /** `Class.method`. */
  readonly name: string;
  readonly method: object;
  /** Calls it: on the one instance, or on one made for the event where the class is request-scoped or transient. */
  readonly invoke: (event: RookeryEvent, signal: AbortSignal) => unknown;
}

/** Finds the methods of all providers and controllers. */
export class MarkedMethodsExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly modules: ModuleRef,
  ) {}

  find(): FoundMethod[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const seen = new Set<object>();
    return wrappers.flatMap((wrapper) => {
      const prototype = wrapper.isAlias ? undefined : prototypeOf(wrapper);
      // One object under two tokens is one handler; two objects of a class are reported as a clash of names.
      const identity = isShared(wrapper) ? (wrapper.instance as object) : wrapper;
      if (!prototype || seen.has(identity)) return [];
      seen.add(identity);
      return this.#methodsOf(wrapper, prototype);
    });
  }

  #methodsOf(wrapper: Wrapper, prototype: object): FoundMethod[] {
    return this.scanner.getAllMethodNames(prototype).flatMap((key) => {
      const method: unknown = Reflect.get(prototype, key);
      if (typeof method !== 'function') return [];
      const name = `${prototype.constructor.name}.${key}`;
      const call = (instance: object, event: RookeryEvent, signal: AbortSignal): unknown => {
        const target = Reflect.get(instance, key) as (...args: unknown[]) => unknown;
        return target.apply(instance, [...withSignal(prototype, key, [event], signal)]);
      };
      if (isShared(wrapper)) {
        const instance = wrapper.instance as object;
        return [{ name, method, invoke: (event, signal) => call(instance, event, signal) }];
      }
      const invoke = async (event: RookeryEvent, signal: AbortSignal) =>
        call(await this.#instanceFor(wrapper, event), event, signal);
      return [{ name, method, invoke }];
    });
  }

  /** An instance for one delivery, whose `@Inject(REQUEST)` is the event. */
  #instanceFor(wrapper: Wrapper, event: RookeryEvent): Promise<object> {
    const context = ContextIdFactory.create();
    this.modules.registerRequestByContextId(event, context);
    return this.modules.resolve<object>(wrapper.token as string, context, { strict: false });
  }
}

function isShared(wrapper: Wrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

function prototypeOf(wrapper: Wrapper): object | undefined {
  if (!isShared(wrapper)) return (wrapper.metatype?.prototype as object | undefined) ?? undefined;
  const instance: unknown = wrapper.instance;
  return typeof instance === 'object' && instance !== null
    ? (Object.getPrototypeOf(instance) as object)
    : undefined;
}
