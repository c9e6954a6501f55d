import { problemsOf } from '../../test/executions.js';
import { declarationsOf, findMethodPolicies, methodCheck, methodPoliciesOf } from './method-policies.js';

class Base {
  find() {}
  save() {}
}

class Derived extends Base {
  override find() {}
}

describe('the declarations of methods', () => {
  it('are one object a method, and none is made by looking', () => {
    expect(findMethodPolicies(Base.prototype, 'save')).toBeUndefined();
    const declared = declarationsOf(Base.prototype, 'save');
    expect(declared).toEqual({
      name: 'Base.save',
      target: Base.prototype,
      key: 'save',
      declared: {},
    });
    expect(declarationsOf(Base.prototype, 'save')).toBe(declared);
    expect(findMethodPolicies(Base.prototype, 'save')).toBe(declared);
  });

  it('belong to the class that declares the method', () => {
    const inBase = declarationsOf(Base.prototype, 'find');
    expect(findMethodPolicies(Derived.prototype, 'find')).toBeUndefined();
    const inDerived = declarationsOf(Derived.prototype, 'find');
    expect([inBase.name, inDerived.name]).toEqual(['Base.find', 'Derived.find']);
  });

  it('name a method whose key is a symbol', () => {
    const key = Symbol('secret');
    expect(declarationsOf(Base.prototype, key).name).toBe('Base.Symbol(secret)');
  });

  it('are found for a class with what it inherits', () => {
    class Grand {
      old() {}
    }
    class Parent extends Grand {
      plain() {}
      middle() {}
    }
    class Child extends Parent {
      young() {}
    }
    const declared = [
      declarationsOf(Child.prototype, 'young'),
      declarationsOf(Parent.prototype, 'middle'),
      declarationsOf(Grand.prototype, 'old'),
    ];
    expect(methodPoliciesOf(Child.prototype)).toEqual(declared);
    expect(methodPoliciesOf(Parent.prototype)).toEqual(declared.slice(1));
    expect(methodPoliciesOf(Object.create(null) as object)).toEqual([]);
  });
});

describe('the options of decorators', () => {
  it.each([
    {},
    { circuitBreaker: {} },
    { circuitBreaker: { name: 'shared', consecutiveFailures: 5 } },
    { timeout: '1s', retry: 2, fallback: { handler: () => 1 } },
  ])('are accepted: %j', (declared) => {
    expect(problemsOf(methodCheck, declared, '')).toEqual([]);
  });

  it.each<[object, string | RegExp]>([
    [
      { circuitBreaker: { name: '' } },
      'circuitBreaker.name: Invalid value "". Use a text that is not empty.',
    ],
    [{ circuitBreaker: { name: 7 } }, 'circuitBreaker.name: Invalid value 7. Use a text that is not empty.'],
    [{ circuitBreaker: { minimumCalls: 'few' } }, /^circuitBreaker\.minimumCalls: Invalid value "few"/],
    [{ circuitBreaker: 5 }, 'circuitBreaker: Invalid value 5. Use an object.'],
    [{ circuitBreaker: null }, 'circuitBreaker: Invalid value null. Use an object.'],
    [{ retry: 'often' }, /^retry: /],
    [{ fallback: {} }, 'fallback.handler: Missing.'],
    [{ cache: {} }, /^cache: Unknown option\. Known options: .*circuitBreaker, .*fallback/],
  ])('are refused: %j', (declared, problem) => {
    expect(problemsOf(methodCheck, declared, '')).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });
});
