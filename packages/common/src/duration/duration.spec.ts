import { parseDuration, toMilliseconds } from './duration.js';

describe('duration', () => {
  it.each([
    [0, 0],
    [250, 250],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
  ] as const)('reads %p as %p ms', (written, milliseconds) => {
    expect(toMilliseconds(written)).toBe(milliseconds);
  });

  it.each([-1, Number.NaN, Infinity, '', '5', '5 s', '-5s', '1e3ms', '5S', null, undefined, {}])(
    'refuses %p',
    (value) => {
      expect(parseDuration(value)).toBeUndefined();
    },
  );

  it('says what is allowed when it refuses', () => {
    expect(() => toMilliseconds('soon' as '1s')).toThrow(
      'Invalid duration "soon". Use milliseconds or a number with',
    );
  });
});
