import { problemsOf } from '../../test/executions.js';
import { concurrencyLimitCheck, concurrencyLimitSettings } from './concurrency-limit.options.js';

const problems = (value: unknown) => problemsOf(concurrencyLimitCheck, value);

describe('the options of a concurrency limit', () => {
  it('have defaults', () => {
    expect(concurrencyLimitSettings({})).toEqual({
      min: 1,
      max: 200,
      initial: 20,
      maxQueue: undefined,
      priority: undefined,
    });
  });

  it('are taken as they are', () => {
    const given = { min: 2, max: 9, initial: 3, maxQueue: 0, priority: () => 'high' as const } as const;
    expect(concurrencyLimitSettings(given)).toEqual(given);
    expect(problems(given)).toEqual([]);
  });

  it('start at the bound that 20 is beyond', () => {
    expect(concurrencyLimitSettings({ max: 8 }).initial).toBe(8);
    expect(concurrencyLimitSettings({ min: 30 }).initial).toBe(30);
    expect([problems({ max: 8 }), problems({ min: 30 }), problems(undefined)]).toEqual([[], [], []]);
  });

  it.each([
    [{ min: 0 }, 'x.min: Invalid value 0. Use a whole number of at least 1.'],
    [{ max: 1.5 }, 'x.max: Invalid value 1.5. Use a whole number of at least 1.'],
    [{ initial: 0 }, 'x.initial: Invalid value 0. Use a whole number of at least 1.'],
    [{ maxQueue: -1 }, 'x.maxQueue: Invalid value -1. Use a whole number of at least 0.'],
    [{ priority: 'high' }, 'x.priority: Invalid value "high". Use a function.'],
    [{ min: 5, max: 4 }, 'x.min: It is 5 and so more than max, 4. Use at most the maximum.'],
    [{ min: 5, initial: 4 }, 'x.initial: It is 4. Use a number from min, 5, to max, 200.'],
    [{ max: 5, initial: 6 }, 'x.initial: It is 6. Use a number from min, 1, to max, 5.'],
    [{ maximum: 5 }, 'x.maximum: Unknown option. Known options: min, max, initial, maxQueue, priority.'],
  ])('refuse %j', (value, problem) => {
    expect(problems(value)).toEqual([problem]);
  });

  it('take bounds that leave one number', () => {
    expect(problems({ min: 4, max: 4, initial: 4 })).toEqual([]);
  });
});
