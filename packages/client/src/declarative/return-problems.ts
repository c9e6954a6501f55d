/**
 * What is wrong with the declared return type of a contract's method. TypeScript notes `Object` for what it cannot name, such
 * as a union, and nothing for `void`; those pass.
 */
export function returnProblems(prototype: object, key: string): string[] {
  const type: unknown = Reflect.getMetadata('design:returntype', prototype, key);
  if (typeof type !== 'function' || type === Promise || type === Object) return [];
  const why = isStream(type) ? 'A call has one answer' : 'A call takes time';
  return [`It returns ${type.name}. ${why}: declare a Promise.`];
}

/** Told by its methods: the app may have another copy of rxjs. */
function isStream(type: { readonly prototype?: unknown }): boolean {
  return typeof (type.prototype as { subscribe?: unknown } | undefined)?.subscribe === 'function';
}
