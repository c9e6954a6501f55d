import { ask } from './ask.js';

const broken = new Error('broken');

describe('a predicate about an error', () => {
  it('is asked with the error and what else there is, and believed', () => {
    const asked: unknown[] = [];
    const predicate = (...args: unknown[]) => asked.push(args) > 1;
    expect(ask('users', 'retry.retryIf', predicate, broken, 1)).toBe(false);
    expect(ask('users', 'retry.retryIf', predicate, broken, 2)).toBe(true);
    expect(asked).toEqual([
      [broken, 1],
      [broken, 2],
    ]);
  });

  it.each([
    ['a promise', () => Promise.resolve(false)],
    // Nobody waits for it: it would end the process if it were not marked as handled.
    ['a promise', () => Promise.reject(new Error('late'))],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a number', () => 0],
    ['a string', () => ''],
  ])('that answers neither yes nor no comes to light: %s', (returned, answer) => {
    expect(() => ask('users', 'circuitBreaker.recordIf', answer as never, broken)).toThrow(
      expect.objectContaining({
        code: 'PREDICATE_FAILED',
        option: 'circuitBreaker.recordIf',
        callError: broken,
        cause: undefined,
        message:
          `Policy "users": circuitBreaker.recordIf returned ${returned} when asked about "broken". ` +
          'Make it return true or false for every value that can be thrown.',
      }),
    );
  });
});
