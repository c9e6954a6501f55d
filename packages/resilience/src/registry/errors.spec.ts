import { PolicyConflictError } from './policy-conflict.error.js';
import { PolicyInUseError } from './policy-in-use.error.js';
import { UnknownCircuitError } from './unknown-circuit.error.js';
import { UnknownPolicyError } from './unknown-policy.error.js';

describe('the errors of the registry', () => {
  it('name both places of a conflict', () => {
    expect(new PolicyConflictError('users', 'here', 'there')).toMatchObject({
      code: 'POLICY_CONFLICT',
      policy: 'users',
      first: 'here',
      second: 'there',
      message:
        '"users" has different settings in here and in there. Make them equal, or give one of the two another name.',
    });
  });

  it('name all methods that use a policy', () => {
    expect(new PolicyInUseError('users', ['Users.find', 'Users.list'])).toMatchObject({
      code: 'POLICY_IN_USE',
      policy: 'users',
      users: ['Users.find', 'Users.list'],
      message:
        'Policy "users" cannot be removed, because methods use it: Users.find, Users.list. ' +
        'They would go on under a policy that nobody can see or change. Use reconfigure() to change it, ' +
        'and remove() for policies that only PolicyRegistry.define() and pipeline() know.',
    });
  });

  it.each([
    [
      ['a', 'b'],
      'Users.find',
      'Unknown policy "x" asked for by Users.find. Known policies: a, b. Add it to ResilienceModule.forRoot({ policies }).',
    ],
    [
      [],
      undefined,
      'Unknown policy "x". No policy is defined. Add it to ResilienceModule.forRoot({ policies }).',
    ],
  ])('say which policies there are: %j', (known, askedBy, message) => {
    expect(new UnknownPolicyError('x', known, askedBy)).toMatchObject({
      code: 'UNKNOWN_POLICY',
      policy: 'x',
      known,
      askedBy,
      message,
    });
  });

  it.each([
    [['a', 'b'], 'The circuits of this app: a, b'],
    [[], 'This app has no circuit breaker'],
  ])('say which circuits there are: %j', (known, names) => {
    expect(new UnknownCircuitError('reset', 'x', known)).toMatchObject({
      code: 'UNKNOWN_CIRCUIT',
      askedBy: 'reset',
      circuit: 'x',
      known,
      message:
        `reset: there is no circuit "x". ${names}. ` +
        'Correct the name, or give the policy of that name a circuitBreaker.',
    });
  });
});
