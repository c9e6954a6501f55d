import { overlay } from './overlay.js';

const over = (base: object, own: object, ownBudget = false) => overlay(base, own, ownBudget);

describe("a method's own stages over those of its policy", () => {
  it('take the place of the same stages, and leave the others', () => {
    expect(over({ retry: 1, circuitBreaker: 2 }, { retry: 3 })).toEqual({ retry: 3, circuitBreaker: 2 });
    expect(over({}, { bulkhead: 1 })).toEqual({ bulkhead: 1 });
    expect(over({ bulkhead: 1 }, {})).toEqual({ bulkhead: 1 });
  });

  it.each([
    [{ totalTimeout: 3 }, { totalTimeout: 3 }],
    [{ attemptTimeout: 3 }, { attemptTimeout: 3 }],
    [
      { totalTimeout: 3, attemptTimeout: 4 },
      { totalTimeout: 3, attemptTimeout: 4 },
    ],
    [{}, { totalTimeout: 1, attemptTimeout: 2 }],
  ])('replace both timeouts or none: %j', (own, expected) => {
    expect(over({ totalTimeout: 1, attemptTimeout: 2 }, own)).toEqual(expected);
  });
});

describe('the budget of a method', () => {
  it.each([
    ['that it declares itself', { retry: 1, retryBudget: 1 }, { retryBudget: 2 }, true, 2],
    ['that it switches off itself', { retry: 1, retryBudget: 1 }, { retry: 2 }, true, undefined],
    [
      "is its policy's where it says nothing",
      { retry: 1, retryBudget: 1 },
      { retry: 2, retryBudget: 2 },
      false,
      1,
    ],
    [
      'is none where the policy retries without one',
      { retry: 1 },
      { retry: 2, retryBudget: 2 },
      false,
      undefined,
    ],
    [
      'is none where the policy hedges without one',
      { hedge: 1 },
      { retry: 2, retryBudget: 2 },
      false,
      undefined,
    ],
    ['is its own where the policy does not retry', { bulkhead: 1 }, { retry: 2, retryBudget: 2 }, false, 2],
    [
      "is the policy's, also without retries there",
      { retryBudget: 1 },
      { retry: 2, retryBudget: 2 },
      false,
      1,
    ],
    ['is none where nobody has one', {}, {}, false, undefined],
  ])('%s', (_name, base, own, ownBudget, expected) => {
    const all = over(base, own, ownBudget) as { retryBudget?: unknown };
    expect(all.retryBudget).toBe(expected);
    expect('retryBudget' in all).toBe(expected !== undefined);
  });
});
