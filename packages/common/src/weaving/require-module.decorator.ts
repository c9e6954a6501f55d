import { Inject, type InjectionToken } from '@nestjs/common';

/** Under which keys each prototype has something injected. */
const injected = new WeakMap<object, Set<symbol>>();

/** The property under which instances hold what a package injects into them. */
export function injectionKey(name: string): symbol {
  return Symbol.for(`${name}:runtime`);
}

/**
 * Has `token` injected into every instance of the class, so that Nest refuses to boot, by name, when the module that
 * provides it is not imported. Without it, a decorator that only marks a method would do nothing, silently.
 *
 * @param name The package's name; it is what Nest shows.
 */
export function requireModule(name: string, token: InjectionToken, target: object): void {
  const key = injectionKey(name);
  const keys = injected.get(target) ?? new Set();
  if (keys.has(key)) return;
  injected.set(target, keys.add(key));
  Inject(token)(target, key);
}

/** Whether instances of this prototype, or of one it inherits from, have something injected by this package. */
export function requiresModule(name: string, prototype: object | null): boolean {
  const key = injectionKey(name);
  for (let level = prototype; level; level = Object.getPrototypeOf(level)) {
    if (injected.get(level)?.has(key)) return true;
  }
  return false;
}
