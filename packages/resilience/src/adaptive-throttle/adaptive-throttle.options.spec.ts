import { problemsOf } from '../../test/executions.js';
import { adaptiveThrottleCheck, adaptiveThrottleSettings } from './adaptive-throttle.options.js';

const problems = (value: unknown) => problemsOf(adaptiveThrottleCheck, value);

describe('the options of an adaptive throttle', () => {
  it('have defaults', () => {
    expect(adaptiveThrottleSettings({})).toEqual({
      multiplier: 2,
      maxRejectionRate: 0.9,
      minimumCalls: 10,
      windowMs: 120_000,
      priority: undefined,
    });
    expect(problems(undefined)).toEqual([]);
  });

  it('are taken as they are, the rate as a part of 1', () => {
    const priority = () => 'low' as const;
    const given = { multiplier: 1, maxRejectionRate: 0, minimumCalls: 1, window: '1s', priority } as const;
    expect(problems(given)).toEqual([]);
    expect(adaptiveThrottleSettings(given)).toEqual({
      multiplier: 1,
      maxRejectionRate: 0,
      minimumCalls: 1,
      windowMs: 1_000,
      priority,
    });
    expect(problems({ maxRejectionRate: 99 })).toEqual([]);
  });

  it.each([
    [{ multiplier: 0.9 }, 'x.multiplier: Invalid value 0.9. Use a number of at least 1.'],
    [{ maxRejectionRate: 100 }, 'x.maxRejectionRate: Invalid value 100. Use a number from 0 to 99.'],
    [
      { maxRejectionRate: 0.9 },
      'x.maxRejectionRate: Invalid value 0.9. It is a percentage: use 20 for 20 %. Below 1 only 0 is allowed.',
    ],
    [{ minimumCalls: 0 }, 'x.minimumCalls: Invalid value 0. Use a whole number of at least 1.'],
    [
      { window: 999 },
      'x.window: Invalid value 999. Use milliseconds or a duration such as "1.5s", at least 1000 ms.',
    ],
    [{ priority: 1 }, 'x.priority: Invalid value 1. Use a function.'],
    [
      { k: 2 },
      'x.k: Unknown option. Known options: multiplier, maxRejectionRate, minimumCalls, window, priority.',
    ],
  ])('refuse %j', (value, problem) => {
    expect(problems(value)).toEqual([problem]);
  });
});
