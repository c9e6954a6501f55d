import { Inject, type InjectionToken } from '@nestjs/common';

/** What each prototype asks for already. */
const asked = new WeakMap<object, Set<symbol>>();

/**
 * Has every instance of the class ask for `token`, so that Nest refuses to boot, by name, when the module that provides
 * it is not imported. Without it, a decorator that only marks a method would do nothing, silently.
 *
 * @param name The package's name; it is what Nest shows.
 */
export function requireModule(name: string, token: InjectionToken, target: object): void {
  const key = Symbol.for(`${name}:runtime`);
  const keys = asked.get(target) ?? new Set();
  if (keys.has(key)) return;
  asked.set(target, keys.add(key));
  Inject(token)(target, key);
}
