/**
 * Throws a `TypeError` when a decorator was given nothing that it could declare: the method would go unguarded, or be
 * guarded by defaults, and nobody would notice.
 */
export function requireGiven(where: string, decorator: string, given: unknown): void {
  if (given === undefined) {
    throw new TypeError(
      `${where}: @${decorator}(undefined) declares nothing. Give it a value. ` +
        'A constant is undefined here when its file and this one import each other: move it to a file of its own.',
    );
  }
  // A budget is there without being declared, so it is the one policy that a decorator can take away.
  if (given === false && decorator !== 'RetryBudget') {
    throw new TypeError(
      `${where}: @${decorator}(false) declares nothing, and switches nothing off that a named policy has. ` +
        'Remove it, and use a policy without what is not wanted.',
    );
  }
}

/**
 * Throws a `TypeError` when a decorator was written as `@Retry` instead of `@Retry()`: it then gets what it decorates in
 * place of its options, the prototype of a class or the class itself.
 */
export function requireParentheses(decorator: string, given: unknown): void {
  const decorated = isPrototype(given) ? given.constructor : given;
  if (!isClass(decorated)) return;
  throw new TypeError(
    `${decorated.name}: @${decorator} stands there without its parentheses. ` +
      `Write @${decorator}(), with its options between them.`,
  );
}

function isPrototype(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'constructor') &&
    value.constructor.prototype === value
  );
}

/** Told by its prototype, which only that of a class cannot be replaced. */
function isClass(value: unknown): value is { readonly name: string } {
  return (
    typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false
  );
}
