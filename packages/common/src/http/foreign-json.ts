import { isNestedDeeper } from './nesting.js';
import { UnsafeJsonError } from './unsafe-json.error.js';

/**
 * Nothing that is nested deeper is read: it would overflow the stack of whoever walks through it, as schemas, loggers and
 * `JSON.stringify` do. The limit of Jackson (`StreamReadConstraints.DEFAULT_MAX_DEPTH`).
 */
export const DEEPEST_JSON = 1_000;

/** Without one of these no key can be `__proto__` or `constructor`; an ASCII letter can also be written as `\u00..`. */
const MAY_NAME_PROTOTYPE = /__proto__|constructor|\\u00/;

/**
 * JSON that another party wrote, as a value. Throws a `SyntaxError` when it is none, and an `UnsafeJsonError` when it has
 * keys that reach prototypes in code that copies them carelessly, or when it is nested too deep.
 */
export function parseForeignJson(text: string): unknown {
  if (isNestedDeeper(text, DEEPEST_JSON)) {
    throw new UnsafeJsonError(`it is nested deeper than ${DEEPEST_JSON} levels`);
  }
  const value: unknown = JSON.parse(text);
  if (MAY_NAME_PROTOTYPE.test(text)) refusePrototypeKeys(value);
  return value;
}

function refusePrototypeKeys(root: unknown): void {
  // A list instead of recursion, so that nothing that is read can overflow the stack.
  const left = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) throw new UnsafeJsonError('it has the key "__proto__"');
    if (
      Object.hasOwn(value, 'constructor') &&
      namesPrototype((value as { constructor: unknown }).constructor)
    )
      throw new UnsafeJsonError('it has the key "constructor.prototype"');
    for (const inner of Object.values(value)) left.push(inner);
  }
}

function namesPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
