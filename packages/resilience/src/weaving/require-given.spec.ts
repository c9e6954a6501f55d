import { Chaos } from '../chaos/chaos.decorator.js';
import { CircuitBreaker } from '../circuit-breaker/circuit-breaker.decorator.js';
import { Coalesce } from '../coalesce/coalesce.decorator.js';
import { Fallback } from '../fallback/fallback.decorator.js';
import { RateLimit } from '../rate-limit/rate-limit.decorator.js';
import { RetryBudget } from '../retry-budget/retry-budget.decorator.js';
import { Retry } from '../retry/retry.decorator.js';
import { Timeout } from '../timeout/timeout.decorator.js';
import { findMethodPolicies } from './method-policies.js';
import { UsePolicy } from './use-policy.decorator.js';

/** A decorator as somebody uses it whom no compiler stops. */
type Loose = (...given: unknown[]) => MethodDecorator;

const loose = (decorator: unknown): Loose => decorator as Loose;

const every = {
  UsePolicy,
  Timeout,
  Retry,
  RateLimit,
  Coalesce,
  Chaos,
  CircuitBreaker,
  Fallback,
  RetryBudget,
};
const needy = { UsePolicy, Timeout, RateLimit, Coalesce, Chaos, Fallback };

function decorate(decorator: MethodDecorator) {
  class Users {
    find() {}
  }
  const descriptor = Object.getOwnPropertyDescriptor(Users.prototype, 'find') as PropertyDescriptor;
  decorator(Users.prototype, 'find', descriptor);
  return findMethodPolicies(Users.prototype, 'find');
}

class Users {
  find() {}
}

describe('a decorator', () => {
  it.each(Object.entries(needy))('refuses to declare undefined: %s', (name, decorator) => {
    expect(() => decorate(loose(decorator)(undefined))).toThrow(
      new TypeError(
        `Users.find: @${name}(undefined) declares nothing. Give it a value. ` +
          'A constant is undefined here when its file and this one import each other: move it to a file of its own.',
      ),
    );
  });

  it.each(Object.entries({ ...needy, Retry, CircuitBreaker }))(
    'refuses to declare false: %s',
    (name, decorator) => {
      expect(() => decorate(loose(decorator)(false))).toThrow(
        new TypeError(
          `Users.find: @${name}(false) declares nothing, and switches nothing off that a named policy has. ` +
            'Remove it, and use a policy without what is not wanted.',
        ),
      );
    },
  );

  it('may take away the budget, which is there by itself', () => {
    expect(decorate(RetryBudget(false))?.declared).toEqual({ retryBudget: false });
  });

  it.each(Object.entries(every))('asks for its parentheses: %s', (name, decorator) => {
    const message = `Users: @${name} stands there without its parentheses. Write @${name}(), with its options between them.`;
    const onMethod = () => loose(decorator)(Users.prototype, 'find', {});
    expect(onMethod).toThrow(new TypeError(message));
    const onClass = () => loose(decorator)(Users);
    expect(onClass).toThrow(new TypeError(message));
  });

  it('takes a function that is no class', () => {
    function key(id: string) {
      return id;
    }
    expect(decorate(loose(Coalesce)(key))?.declared.coalesce).toEqual({ key });
    const handler = () => 'nobody';
    expect(decorate(loose(Fallback)(handler))?.declared.fallback).toEqual({ handler });
  });

  it('takes options that are an instance of a class, or have no class', () => {
    class Options {
      attempts = 4;
    }
    const bare = Object.assign(Object.create(null), { attempts: 4 });
    const odd = { attempts: 4, constructor: Options };
    for (const options of [new Options(), bare, odd, null]) {
      expect(decorate(loose(Retry)(options))?.declared.retry).toBe(options);
    }
  });
});
