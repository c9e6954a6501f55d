import { weaveMethod } from '@rookery/common';
import { declarationsOf, type MethodPolicies } from './method-policies.js';
import { resilienceWeaving } from './resilience.weaving.js';

/**
 * A decorator that declares something about a method and weaves the policies into it. `name` is the decorator's own, for
 * messages; `declare` says whether the method had such a declaration already.
 */
export function policyDecorator(
  name: string,
  declare: (method: MethodPolicies) => 'declared' | 'repeated',
): MethodDecorator {
  return (target, key, descriptor) => {
    const where = `${target.constructor.name}.${String(key)}`;
    weaveMethod(resilienceWeaving, target, key, descriptor as PropertyDescriptor);
    if (declare(declarationsOf(target, key)) === 'repeated') {
      throw new TypeError(`${where}: @${name}() is there twice. Keep one of them.`);
    }
  };
}
