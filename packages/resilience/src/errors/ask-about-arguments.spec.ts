import { type Answers, askAboutArguments } from './ask-about-arguments.js';
import { PredicateError } from './predicate.error.js';

const TEXT: Answers<string> = {
  accepts: (answer): answer is string => typeof answer === 'string',
  allowed: 'a text',
};

const asking = (of: (...args: never[]) => unknown) => () =>
  askAboutArguments('users', 'rateLimit.key', of, ['a', 7], TEXT);

describe('askAboutArguments', () => {
  it('hands the arguments on and the answer back', () => {
    expect(asking((...args: unknown[]) => args.join('-'))()).toBe('a-7');
  });

  it('tells which function threw, and what', () => {
    const bug = new Error('bug');
    const ask = asking(() => {
      throw bug;
    });
    expect(ask).toThrow(PredicateError);
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'PREDICATE_FAILED',
        option: 'rateLimit.key',
        cause: bug,
        callError: undefined,
        message:
          'Policy "users": rateLimit.key threw "bug" when asked with the arguments of a call. ' +
          'Make it return a text for every call.',
      }),
    );
  });

  it.each([
    [7, '7'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an object'],
    [Promise.resolve('a'), 'a promise'],
  ])('refuses %p as an answer', (answer, shown) => {
    expect(asking(() => answer)).toThrow(
      `Policy "users": rateLimit.key returned ${shown} when asked with the arguments of a call. Make it return a text`,
    );
  });

  it('shows a text that is refused in quotes', () => {
    const none: Answers<never> = { accepts: (_answer): _answer is never => false, allowed: 'nothing' };
    expect(() => askAboutArguments('users', 'x', () => 'urgent', [], none)).toThrow(
      'x returned "urgent" when',
    );
  });
});
