import { bench } from '../../test/support.js';
import { type DeclaredPolicies, declarationsOf } from '../weaving/method-policies.js';
import { PolicyInUseError } from './policy-in-use.error.js';

/** What the decorators of `find` in a new class of this name declare. */
function method(className: string, declared: DeclaredPolicies, policy?: string) {
  class Host {}
  Object.defineProperty(Host, 'name', { value: className });
  const policies = declarationsOf(Host.prototype, 'find');
  Object.assign(policies.declared, declared);
  if (policy !== undefined) policies.policy = policy;
  return policies;
}

describe('named policies that others use', () => {
  it('are removed or changed whatever uses another one', () => {
    const { registry } = bench();
    registry.define('users', { timeout: '1s' });
    registry.define('orders', { timeout: '1s' });
    registry.pipelineOf(method('Orders', { hedge: { delay: '500ms' } }, 'orders'));
    // It would not do under the policy of the method.
    expect(() => registry.reconfigure('users', { timeout: '100ms' })).not.toThrow();
    expect(registry.remove('users')).toBe(true);
  });

  it('are not removed while methods use them, which are named', () => {
    const { registry } = bench();
    registry.define('users', {}, { source: 'AppModule' });
    registry.pipelineOf(method('Plain', {}));
    registry.pipelineOf(method('Users', {}, 'users'));
    registry.pipelineOf(method('Admins', {}, 'users'));
    const remove = () => registry.remove('users');
    expect(remove).toThrow(PolicyInUseError);
    expect(remove).toThrow(new PolicyInUseError('users', ['Users.find', 'Admins.find']));
    expect(registry.has('users')).toBe(true);
  });

  it.each([{ retry: 2 }, { hedge: {} }])('may bound what a method adds itself: %j', (declared) => {
    const { registry } = bench();
    registry.define('users', {});
    const retryBudget = { ratio: 5 };
    expect(() => registry.pipelineOf(method('Users', { ...declared, retryBudget }, 'users'))).not.toThrow();
    expect(() => registry.pipelineOf(method('Users', { retryBudget }, 'users'))).toThrow(
      'retryBudget: There are no retries that it could bound.',
    );
  });
});
