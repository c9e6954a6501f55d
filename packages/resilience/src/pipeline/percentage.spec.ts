import { problemsOf } from '../../test/executions.js';
import { percentage } from './percentage.js';

describe('a percentage', () => {
  it.each([undefined, 0, 1, 1.5, 20, 90])('may be %p', (value) => {
    expect(problemsOf(percentage(90), value)).toEqual([]);
  });

  it.each([0.2, 0.999, 0.001])('is no part of 1: %p', (value) => {
    expect(problemsOf(percentage(90), value)).toEqual([
      `x: Invalid value ${value}. It is a percentage: use 20 for 20 %. Below 1 only 0 is allowed.`,
    ]);
  });

  it.each([-1, 91, Number.NaN, Infinity, '20', '0.2', null])(
    'is a number within its bounds, not %p',
    (value) => {
      expect(problemsOf(percentage(90), value)).toEqual([
        expect.stringContaining('Use a number from 0 to 90.'),
      ]);
    },
  );
});
