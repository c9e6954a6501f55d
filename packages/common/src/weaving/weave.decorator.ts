import { requireInstanceMethod } from './require-instance-method.js';
import { injectionKey, requireModule } from './require-module.decorator.js';
import { type Weaving } from './weaving.js';
import { type WovenMethod } from './woven-call.js';

interface Wrapper {
  readonly weaving: Weaving<never>;
  readonly method: WovenMethod;
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
    written: innermost(original),
  };
  descriptor.value = wrap(weaving, method);
  weaving.declare?.(method);
}

/**
 * What decorators have woven around `method`, woven around another body. For a class whose decorators come first and
 * whose bodies come later, such as a contract that becomes a client. `body` takes over the method's name, length and
 * metadata, and is returned as it is when nothing is woven.
 */
export function reweave(method: Body, body: Body): Body {
  const wrapper = wrappers.get(method);
  if (!wrapper) return alike(method, body);
  const { weaving, method: woven } = wrapper;
  const original = reweave(woven.original, body);
  return alike(method, wrap(weaving, { ...woven, original, written: innermost(original) }));
}

type Body = WovenMethod['original'];

/** Gives a replacement what can be seen of a method from outside. */
function alike(method: Body, replacement: Body): Body {
  Object.defineProperty(replacement, 'name', { value: method.name });
  Object.defineProperty(replacement, 'length', { value: method.length });
  for (const name of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(name, Reflect.getMetadata(name, method), replacement);
  }
  return replacement;
}

function wrap<Runtime extends object>(weaving: Weaving<Runtime>, method: WovenMethod): Body {
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
  wrappers.set(wrapper, { weaving, method });
  return alike(original, wrapper);
}

function isWovenBy(weaving: Weaving<never>, method: unknown): boolean {
  for (
    let wrapper = wrappers.get(method as object);
    wrapper;
    wrapper = wrappers.get(wrapper.method.original)
  ) {
    if (wrapper.weaving === weaving) return true;
  }
  return false;
}

function innermost(method: unknown): WovenMethod['written'] {
  const wrapper = wrappers.get(method as object);
  return wrapper ? innermost(wrapper.method.original) : (method as WovenMethod['written']);
}
