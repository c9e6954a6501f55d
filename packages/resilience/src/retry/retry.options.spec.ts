import { problemsOf } from '../../test/executions.js';
import { wrong } from '../../test/support.js';
import { asRetryOptions, retryCheck, retrySettings } from './retry.options.js';

const yes = () => true;

describe('retry options', () => {
  it.each([
    1,
    3,
    undefined,
    {},
    { attempts: 1 },
    { backoff: {} },
    { backoff: undefined },
    { backoff: { delay: undefined, maxDelay: '200ms' } },
    { retryIf: yes, retryIfResult: yes },
    { respectRetryAfter: false },
    { respectRetryAfter: true, maxRetryAfter: '1m' },
    { maxRetryAfter: 0 },
  ])('accept %j', (value) => {
    expect(problemsOf(retryCheck, value)).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [0, ['x: Invalid value 0. Use a whole number of at least 1.']],
    [1.5, ['x: Invalid value 1.5. Use a whole number of at least 1.']],
    ['3', ['x: Invalid value "3". Use a whole number of at least 1.']],
    [null, ['x: Invalid value null. Use an object.']],
    [{ attempts: 0 }, ['x.attempts: Invalid value 0. Use a whole number of at least 1.']],
    [{ backoff: { factor: 0 } }, ['x.backoff.factor: Invalid value 0. Use a number from 1 to 100.']],
    [
      { backoff: { delay: '31s' } },
      [
        'x.backoff.delay: It is longer than the longest pause (maxDelay, 30s). Shorten it, or raise maxDelay.',
      ],
    ],
    [
      { backoff: { maxDelay: 199 } },
      [
        'x.backoff.delay: It is longer than the longest pause (maxDelay, 199). Shorten it, or raise maxDelay.',
      ],
    ],
    [{ retryIf: 1 }, ['x.retryIf: Invalid value 1. Use a function.']],
    [{ retryIfResult: 1 }, ['x.retryIfResult: Invalid value 1. Use a function.']],
    [{ respectRetryAfter: 1 }, ['x.respectRetryAfter: Invalid value 1. Use true or false.']],
    [
      { maxRetryAfter: 'soon' },
      ['x.maxRetryAfter: Invalid value "soon". Use milliseconds or a duration such as "1.5s".'],
    ],
    [
      { respectRetryAfter: false, maxRetryAfter: '1m' },
      ['x.maxRetryAfter: Nothing asks for it while respectRetryAfter is false. Leave one of the two out.'],
    ],
    [
      { retries: 1 },
      [
        'x.retries: Unknown option. Known options: ' +
          'attempts, backoff, retryIf, retryIfResult, respectRetryAfter, maxRetryAfter.',
      ],
    ],
  ])('refuse %j', (value, problems) => {
    expect(problemsOf(retryCheck, value)).toEqual(problems);
  });

  it('have defaults', () => {
    expect(retrySettings({})).toEqual({
      attempts: 3,
      backoff: { delay: '200ms', factor: 2, maxDelay: '30s', jitter: 'full' },
      retryIf: undefined,
      retryIfResult: undefined,
      maxRetryAfterMs: 30_000,
    });
    expect(retrySettings({ backoff: wrong({ delay: undefined }) })).toEqual(retrySettings({}));
    expect(retrySettings(5)).toEqual(retrySettings({ attempts: 5 }));
    expect(asRetryOptions(5)).toEqual({ attempts: 5 });
  });

  it('take what is given', () => {
    const given = {
      attempts: 2,
      backoff: { delay: 5, jitter: 'decorrelated' },
      retryIf: yes,
      retryIfResult: () => false,
      maxRetryAfter: '2s',
    } as const;
    expect(retrySettings(given)).toEqual({
      attempts: 2,
      backoff: { delay: 5, factor: 2, maxDelay: '30s', jitter: 'decorrelated' },
      retryIf: given.retryIf,
      retryIfResult: given.retryIfResult,
      maxRetryAfterMs: 2_000,
    });
    expect(retrySettings({ respectRetryAfter: false }).maxRetryAfterMs).toBeUndefined();
    expect(asRetryOptions(given)).toBe(given);
  });
});
