import { weaveMethod } from '@rookery/common';
import { declarationsOf, type MethodPolicies } from './method-policies.js';
import { requireGiven, requireParentheses } from './require-given.js';
import { resilienceWeaving } from './resilience.weaving.js';

/**
 * A decorator that declares something about a method and weaves the policies into it.
 *
 * @param name The decorator's own, for messages.
 * @param given What the decorator was given. It is refused where that says nothing.
 * @param declare Says whether the method had such a declaration already.
 */
export function policyDecorator(
  name: string,
  given: unknown,
  declare: (method: MethodPolicies) => 'declared' | 'repeated',
): MethodDecorator {
  requireParentheses(name, given);
  return (target, key, descriptor) => {
    const where = `${target.constructor.name}.${String(key)}`;
    requireGiven(where, name, given);
    weaveMethod(resilienceWeaving, target, key, descriptor as PropertyDescriptor);
    if (declare(declarationsOf(target, key)) === 'repeated') {
      throw new TypeError(`${where}: @${name}() is there twice. Keep one of them.`);
    }
  };
}
