import { askAboutResult } from './ask-about-result.js';

describe('a predicate about a result', () => {
  it('is asked with the result and what else there is, and believed', () => {
    const asked: unknown[] = [];
    const predicate = (...args: unknown[]) => asked.push(args) > 1;
    expect(askAboutResult('users', 'retry.retryIfResult', predicate, 'a', 1)).toBe(false);
    expect(askAboutResult('users', 'retry.retryIfResult', predicate, 'b', 2)).toBe(true);
    expect(asked).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it.each([
    ['a promise', () => Promise.resolve(true)],
    ['a promise', () => Promise.reject(new Error('late'))],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a number', () => 1],
    ['a string', () => 'secret'],
    ['an object', () => ({ secret: 1 })],
  ])('that answers neither yes nor no comes to light: %s', (returned, answer) => {
    const ask = () => askAboutResult('users', 'retry.retryIfResult', answer as never, 'secret');
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'PREDICATE_FAILED',
        message:
          `Policy "users": retry.retryIfResult returned ${returned} when asked about a result. ` +
          'Make it return true or false for every result that a call can have.',
        callError: undefined,
        cause: undefined,
      }),
    );
  });

  it('that throws comes to light, without the result', () => {
    const cause = new TypeError('no such field');
    const ask = () =>
      askAboutResult(
        'users',
        'retry.retryIfResult',
        () => {
          throw cause;
        },
        'secret',
      );
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'PREDICATE_FAILED',
        message:
          'Policy "users": retry.retryIfResult threw "no such field" when asked about a result. ' +
          'Make it return true or false for every result that a call can have.',
        callError: undefined,
        cause,
      }),
    );
  });
});
