/**
 * Throws a `TypeError` unless a decorator stands on a method of an instance: on anything else it would have no effect.
 *
 * @param decorator What the user wrote, such as `@OnEvent()`.
 */
export function requireInstanceMethod(
  decorator: string,
  target: object,
  key: string | symbol | undefined,
  descriptor: PropertyDescriptor | undefined,
): void {
  const isStatic = typeof target === 'function';
  const owner = isStatic ? target.name : target.constructor.name;
  const where = key === undefined ? owner : `${owner}.${String(key)}`;
  if (isStatic && key !== undefined) {
    throw new TypeError(
      `${where}: a static method belongs to no instance, so ${decorator} cannot work on it.`,
    );
  }
  if (typeof descriptor?.value !== 'function') {
    throw new TypeError(
      `${where}: ${decorator} works only on a method, not on a class, a property or an accessor.`,
    );
  }
}
