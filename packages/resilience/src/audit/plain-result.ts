/** Types that no promise, observable or iterable hides behind; TypeScript records others as `Object`. */
const PLAIN: ReadonlySet<unknown> = new Set([String, Number, Boolean, BigInt, Array, Date, Map, Set]);

/**
 * The plain type that a method declares to return, if it is one: whoever calls it gets a promise of it once policies guard
 * the method, because waiting and trying again take time.
 */
export function plainResultOf(target: object, key: string | symbol): string | undefined {
  const type: unknown = Reflect.getMetadata('design:returntype', target, key);
  return PLAIN.has(type) ? (type as { readonly name: string }).name : undefined;
}
