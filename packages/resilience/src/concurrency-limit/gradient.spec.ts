import fc from 'fast-check';
import { gradient, nextLimit } from './gradient.js';

const ms = (latency: number, variance = 0) => ({ mean: Math.log(latency), variance });

describe('the gradient', () => {
  it.each([
    [10, 1.2],
    [8, 1.2],
    [11, 1.2 / 1.1],
    [12, 1],
    [24, 0.5],
    [100, 0.12],
  ])('of calls that take %d ms instead of 10 is %d', (latency, expected) => {
    expect(gradient(ms(10), ms(latency))).toBeCloseTo(expected);
  });

  it('gives more room where the latencies vary more', () => {
    // Two standard errors of 0.1 are a factor of e to the 0.2.
    expect(gradient(ms(10, 0.006), ms(24, 0.004))).toBeCloseTo(0.5 * Math.exp(0.2));
    expect(gradient(ms(10, 0.006), ms(10, 0.004))).toBe(1.2);
  });
});

describe('the next limit', () => {
  it.each([
    ['grows', 20, 1.2, 0, 24],
    ['grows by a fifth, however large', 100, 1.2, 0, 120],
    ['shrinks', 20, 0.8, 0, 16],
    ['shrinks by three tenths at most', 20, 0.1, 0, 14],
    ['shrinks by the part that was overloaded, but for its square root', 25, 1, 0.4, 20],
    ['shrinks for either reason', 25, 0.9, 0.4, 18.5],
    ['is the same when one in five is overloaded of twenty-five', 25, 1.2, 0.2, 25],
    ['grows no faster with overload than without', 4, 1.2, 0.01, 4.8],
    ['shrinks by three tenths when nothing is served', 20, 1, 1, 14],
  ])('%s', (_what, limit, factor, overloaded, expected) => {
    expect(nextLimit(limit, factor, overloaded)).toBeCloseTo(expected);
  });

  it('changes within bounds, and the less the more calls are overloaded', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    const change = fc.record({
      limit: fc.double({ min: 1, max: 1_000, noNaN: true }),
      factor: fc.double({ min: 0, max: 1.2, noNaN: true }),
      overloaded: fc.tuple(part, part),
    });
    fc.assert(
      fc.property(change, ({ limit, factor, overloaded }) => {
        const [less, more] = overloaded.sort((a, b) => a - b);
        const next = nextLimit(limit, factor, more);
        expect(next).toBeGreaterThanOrEqual(0.7 * limit);
        expect(next).toBeLessThanOrEqual(1.2 * limit);
        expect(next).toBeLessThanOrEqual(nextLimit(limit, factor, less) + 1e-9);
      }),
    );
  });
});
