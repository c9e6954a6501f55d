import { problemsOf } from '../../test/executions.js';
import { retryBudgetCheck, retryBudgetSettings } from './retry-budget.options.js';

const NOTHING = 'x: It allows no retry at all. Raise ratio or minPerSecond, or switch off retry and hedge.';

describe('retry budget options', () => {
  it.each([
    undefined,
    {},
    { ratio: 0 },
    { ratio: 1 },
    { ratio: 100 },
    { minPerSecond: 0 },
    { minPerSecond: 1_000 },
    { ratio: 0, minPerSecond: 0.1 },
    { ratio: 1, minPerSecond: 0 },
  ])('accept %j', (value) => {
    expect(problemsOf(retryBudgetCheck, value)).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [5, ['x: Invalid value 5. Use an object.']],
    [null, ['x: Invalid value null. Use an object.']],
    [{ ratio: 101 }, ['x.ratio: Invalid value 101. Use a number from 0 to 100.']],
    [{ ratio: -1 }, ['x.ratio: Invalid value -1. Use a number from 0 to 100.']],
    [
      { ratio: 0.2 },
      ['x.ratio: Invalid value 0.2. It is a percentage: use 20 for 20 %. Below 1 only 0 is allowed.'],
    ],
    [{ minPerSecond: -1 }, ['x.minPerSecond: Invalid value -1. Use a number from 0 to 1000.']],
    [{ minPerSecond: Infinity }, ['x.minPerSecond: Invalid value Infinity. Use a number from 0 to 1000.']],
    [{ percent: 5 }, ['x.percent: Unknown option. Known options: ratio, minPerSecond.']],
    [{ ratio: 0, minPerSecond: 0 }, [NOTHING]],
    [{ ratio: 0, minPerSecond: 0.09 }, [NOTHING]],
  ])('refuse %j', (value, problems) => {
    expect(problemsOf(retryBudgetCheck, value)).toEqual(problems);
  });

  it('have defaults', () => {
    expect(retryBudgetSettings({})).toEqual({ ratio: 20, minPerSecond: 3 });
    expect(retryBudgetSettings({ ratio: 0 })).toEqual({ ratio: 0, minPerSecond: 3 });
    expect(retryBudgetSettings({ minPerSecond: 0 })).toEqual({ ratio: 20, minPerSecond: 0 });
  });
});
