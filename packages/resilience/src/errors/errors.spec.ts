import { RookeryError } from '@rookery/common';
import { ask } from './ask.js';
import { PredicateError } from './predicate.error.js';
import { isRejection, RejectionError } from './rejection.error.js';
import { withoutStack } from './without-stack.js';

class Refused extends RejectionError {
  readonly code = 'REFUSED';
}

class Odd extends RookeryError {
  readonly code = 'ODD';
}

/** What the function throws. */
function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

describe('asking a predicate of the options', () => {
  it('hands it the error and what else it is asked about, and returns its answer', () => {
    const asked: unknown[][] = [];
    const predicate = (...args: unknown[]) => asked.push(args) === 1;
    expect(ask('users', 'retry.retryIf', predicate, 'broken', 2)).toBe(true);
    expect(ask('users', 'retry.retryIf', predicate, 'broken')).toBe(false);
    expect(asked).toEqual([['broken', 2], ['broken']]);
  });

  it('names the option when the predicate throws', () => {
    const cause = new TypeError('oops');
    const error = thrown(() =>
      ask(
        'users',
        'retry.retryIf',
        () => {
          throw cause;
        },
        new Error('broken'),
      ),
    );
    expect(error).toBeInstanceOf(PredicateError);
    expect(error).toMatchObject({
      code: 'PREDICATE_FAILED',
      policy: 'users',
      option: 'retry.retryIf',
      callError: new Error('broken'),
      cause,
      message:
        'Policy "users": retry.retryIf threw "oops" when asked about "broken". ' +
        'Make it return true or false for every value that can be thrown.',
    });
  });
});

describe('a rejection', () => {
  it('is told from other errors, also across two copies of the package', () => {
    const refused = new Refused('full');
    const fromTheOtherCopy = Object.assign(new Odd('full'), { rejected: true });
    expect([isRejection(refused), isRejection(fromTheOtherCopy)]).toEqual([true, true]);
  });

  it.each([
    ['no error', undefined],
    ['a text', 'full'],
    ['another error of Rookery', new Odd('odd')],
    ['an error that is not rejected', Object.assign(new Odd('odd'), { rejected: 'later' })],
    ["somebody else's error", Object.assign(new Error('full'), { rejected: true })],
  ])('is not %s', (_name, error) => {
    expect(isRejection(error)).toBe(false);
  });
});

describe('an error without a stack', () => {
  it('has no frames, and the next error has its own again', () => {
    const limit = Error.stackTraceLimit;
    const error = withoutStack(() => new Refused('full'));
    expect(error).toBeInstanceOf(Refused);
    expect(error.stack).not.toContain('\n    at ');
    expect(Error.stackTraceLimit).toBe(limit);
    expect(new Error('with').stack).toContain('\n    at ');
  });

  it('leaves the stacks of other errors alone also when it cannot be made', () => {
    const limit = Error.stackTraceLimit;
    const cause = new TypeError('no');
    expect(
      thrown(() =>
        withoutStack(() => {
          throw cause;
        }),
      ),
    ).toBe(cause);
    expect(Error.stackTraceLimit).toBe(limit);
  });
});
