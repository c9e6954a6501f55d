import { overlay } from './overlay.js';

const over = (base: object, own: object, ownBudget = false) => overlay(base, own, ownBudget);

describe("a method's policies over those of its named policy", () => {
  it('take their place one by one, and leave the others', () => {
    expect(over({ retry: 'theirs', circuitBreaker: 'theirs' }, { retry: 'ours', fallback: 'ours' })).toEqual({
      retry: 'ours',
      circuitBreaker: 'theirs',
      fallback: 'ours',
    });
  });

  it.each([{ totalTimeout: 'ours' }, { attemptTimeout: 'ours' }])(
    'take both timeouts away with %j',
    (own) => {
      const base = { totalTimeout: 'theirs', attemptTimeout: 'theirs', circuitBreaker: 'theirs' };
      expect(over(base, own)).toEqual({ circuitBreaker: 'theirs', ...own });
      expect(over(base, {})).toEqual(base);
    },
  );

  it.each<[string, object, object, boolean, unknown]>([
    ['their own, where they say so', { retryBudget: 'theirs' }, { retryBudget: 'ours' }, true, 'ours'],
    ['none, where they say so', { retryBudget: 'theirs', retry: 1 }, { retry: 2 }, true, undefined],
    ['that of the policy', { retryBudget: 'theirs' }, { retry: 2, retryBudget: 'default' }, false, 'theirs'],
    [
      'none, like retries of the policy',
      { retry: 1 },
      { retry: 2, retryBudget: 'default' },
      false,
      undefined,
    ],
    ['none, like hedges of the policy', { hedge: 1 }, { retry: 2, retryBudget: 'default' }, false, undefined],
    [
      'the default, over a policy that has nothing to bound',
      { circuitBreaker: 1 },
      { retry: 2, retryBudget: 'default' },
      false,
      'default',
    ],
    ['none without retries', {}, {}, false, undefined],
  ])('have as budget %s', (_which, base, own, ownBudget, budget) => {
    const together = over(base, own, ownBudget);
    expect('retryBudget' in together).toBe(budget !== undefined);
    expect(together).toMatchObject(budget === undefined ? {} : { retryBudget: budget });
  });
});
