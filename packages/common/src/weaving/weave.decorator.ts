import { requireInstanceMethod } from './require-instance-method.js';
import { injectionKey, requireModule } from './require-module.decorator.js';
import { type Weaving } from './weaving.js';
import { type WovenMethod } from './woven-call.js';

interface Wrapper {
  readonly weaving: Weaving<never>;
  readonly inner: unknown;
}

/** What each wrapper wraps, so that a method is woven once by each package however many decorators it has. */
const wrappers = new WeakMap<object, Wrapper>();

/**
 * Replaces a method by one that goes through `weaving.invoke`, and asks Nest to inject the weaving's runtime into
 * every instance of the class. It reaches singleton, inherited, request-scoped and transient providers and
 * controllers; `attachRuntime` serves the instances that a factory made. Without a runtime, as in `new Service()` in
 * a unit test, the plain method runs.
 *
 * The replacement keeps the method's name, length and metadata, so the order of decorators does not matter.
 */
export function weaveMethod<Runtime extends object>(
  weaving: Weaving<Runtime>,
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor,
): void {
  requireInstanceMethod(`a decorator of ${weaving.name}`, target, key, descriptor);
  const original: unknown = descriptor.value;
  if (isWovenBy(weaving, original)) return;
  requireModule(weaving.name, weaving.runtime, target);
  const method: WovenMethod = {
    target,
    className: target.constructor.name,
    key,
    name: String(key),
    returnType: Reflect.getMetadata('design:returntype', target, key),
    original: original as WovenMethod['original'],
    written: innermost(original) as WovenMethod['written'],
  };
  descriptor.value = wrap(weaving, method);
  weaving.declare?.(method);
}

function wrap<Runtime extends object>(
  weaving: Weaving<Runtime>,
  method: WovenMethod,
): WovenMethod['original'] {
  const { original } = method;
  const slot = injectionKey(weaving.name);
  function wrapper(this: object, ...args: unknown[]): unknown {
    const runtime = (this as Record<symbol, Runtime | undefined> | undefined)?.[slot];
    if (!runtime) return original.apply(this, args);
    return weaving.invoke(runtime, {
      method,
      instance: this,
      args,
      proceed: (changed = args) => original.apply(this, [...changed]),
    });
  }
  Object.defineProperty(wrapper, 'name', { value: original.name });
  Object.defineProperty(wrapper, 'length', { value: original.length });
  for (const name of Reflect.getMetadataKeys(original)) {
    Reflect.defineMetadata(name, Reflect.getMetadata(name, original), wrapper);
  }
  wrappers.set(wrapper, { weaving, inner: original });
  return wrapper;
}

function isWovenBy(weaving: Weaving<never>, method: unknown): boolean {
  for (
    let wrapper = wrappers.get(method as object);
    wrapper;
    wrapper = wrappers.get(wrapper.inner as object)
  ) {
    if (wrapper.weaving === weaving) return true;
  }
  return false;
}

function innermost(method: unknown): unknown {
  const wrapper = wrappers.get(method as object);
  return wrapper ? innermost(wrapper.inner) : method;
}
