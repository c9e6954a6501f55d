import fc from 'fast-check';
import { checkOptions } from '../options/check-options.js';
import { seededRandom } from '../testing/seeded-random.js';
import { backoffCheck, type BackoffOptions, createBackoff, type Jitter } from './backoff.js';

const always = (value: number) => () => value;

describe('backoff', () => {
  it('doubles from 200 ms up to 30 s by default', () => {
    const backoff = createBackoff({ jitter: 'none' }, always(0));
    expect([1, 2, 3, 8, 9, 100].map((retry) => backoff(retry))).toEqual([
      200, 400, 800, 25_600, 30_000, 30_000,
    ]);
  });

  it('draws the whole pause with full jitter and its upper half with equal jitter', () => {
    expect(createBackoff({ delay: 100, jitter: 'full' }, always(0.5))(1)).toBe(50);
    expect(createBackoff({ delay: 100, jitter: 'equal' }, always(0.5))(1)).toBe(75);
  });

  it('stays finite and within its bounds for any retry number', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(5_000),
        fc.constantFrom<Jitter>('none', 'equal', 'full'),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retry, delay, jitter, draw) => {
          const pause = createBackoff({ delay, jitter, factor: 3 }, always(draw))(retry + 1);
          expect(pause).toBeGreaterThanOrEqual(0);
          expect(pause).toBeLessThanOrEqual(30_000);
        },
      ),
    );
  });
});

/** Draws the given numbers in turn. */
const inTurn = (...draws: number[]) => {
  const left = [...draws];
  return () => left.shift() ?? NaN;
};

/** Polly's curve: 2 ** t * tanh(sqrt(4 t)) / 1.4, in units of the delay. */
const curve = (t: number) => (2 ** t * Math.tanh(Math.sqrt(4 * t))) / 1.4;

describe('decorrelated jitter', () => {
  const decorrelated = (options: BackoffOptions, random: () => number) =>
    createBackoff({ ...options, jitter: 'decorrelated' }, random);

  it('is the rise of the curve since what was waited before', () => {
    const backoff = decorrelated({ delay: 1_000 }, inTurn(0.5, 0.25, 0.75));
    const pauses: number[] = [];
    for (const retry of [1, 2, 3]) {
      pauses.push(
        backoff(
          retry,
          pauses.reduce((sum, pause) => sum + pause, 0),
        ),
      );
    }
    const points = [0, curve(0.5), curve(1.25), curve(2.75)];
    expect(pauses).toEqual(
      [1, 2, 3].map((n) => expect.closeTo(1_000 * ((points[n] ?? 0) - (points[n - 1] ?? 0)), 6)),
    );
  });

  it('has known points, computed apart from the code', () => {
    const at = (draw: number) => decorrelated({ delay: 1_000 }, always(draw))(1, 0);
    expect(at(0)).toBe(0);
    expect(at(0.5)).toBeCloseTo(897.4, 1);
    expect(at(0.999_999_999)).toBeCloseTo(1_377.2, 1);
  });

  it('draws the last point itself when it is not told what was waited', () => {
    const backoff = decorrelated({ delay: 1_000 }, inTurn(0.25, 0.75, 0.5));
    expect(backoff(1)).toBeCloseTo(1_000 * curve(0.25), 6);
    expect(backoff(3)).toBeCloseTo(1_000 * (curve(2.75) - curve(1.5)), 6);
  });

  it('takes the middle of its first pauses from the delay, and grows on average', () => {
    const backoff = decorrelated({ delay: 100, maxDelay: '10m' }, seededRandom(7));
    const mean = (retry: number) => {
      let sum = 0;
      for (let n = 0; n < 5_000; n += 1) sum += backoff(retry);
      return sum / 5_000;
    };
    const means = [1, 2, 3, 4, 5, 6, 7, 8].map(mean);
    expect(means[0]).toBeGreaterThan(80);
    expect(means[0]).toBeLessThan(95);
    for (const [n, later] of means.slice(1).entries()) expect(later).toBeGreaterThan((means[n] ?? 0) * 1.2);
  });

  it('stays finite, within its bounds and above zero in the long run, however often and long was waited', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat(5_000),
        fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retry, delay, waitedMs, draw) => {
          const pause = decorrelated({ delay, maxDelay: '30s' }, always(draw))(retry, waitedMs);
          expect(pause).toBeGreaterThanOrEqual(0);
          expect(pause).toBeLessThanOrEqual(Math.min(30_000, delay * 1.43 * 2 ** Math.min(retry - 1, 100)));
          if (retry > 60 && delay > 0) expect(pause).toBe(30_000);
        },
      ),
    );
  });

  it('keeps the sum of its pauses on the curve, so that no call waits longer than the curve is high', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(), (retries, seed) => {
        const backoff = decorrelated({ delay: 10 }, seededRandom(seed));
        let waited = 0;
        for (let retry = 1; retry <= retries; retry += 1) {
          waited += backoff(retry, waited);
          expect(waited).toBeGreaterThanOrEqual(10 * curve(retry - 1) - 1e-6);
          expect(waited).toBeLessThan(10 * curve(retry) + 1e-6);
        }
      }),
    );
  });
});

describe('the options of a backoff', () => {
  const problemsOf = (options: unknown) => {
    const problems: string[] = [];
    backoffCheck(options, 'backoff', problems);
    return problems;
  };

  it('may be left out, and are refused by name', () => {
    expect(problemsOf(undefined)).toEqual([]);
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ delay: 0, factor: 1, maxDelay: '1h', jitter: 'equal' })).toEqual([]);
    expect(problemsOf({ factor: 0.5 })).toEqual([
      'backoff.factor: Invalid value 0.5. Use a number from 1 to 100.',
    ]);
    expect(problemsOf({ jitter: 'some' })).toEqual([
      `backoff.jitter: Invalid value "some". Use 'none' or 'equal' or 'full' or 'decorrelated'.`,
    ]);
  });

  it('leave the factor alone with decorrelated jitter', () => {
    expect(problemsOf({ jitter: 'decorrelated' })).toEqual([]);
    expect(problemsOf({ jitter: 'decorrelated', factor: 2 })).toEqual([]);
    expect(problemsOf({ jitter: 'full', factor: 3 })).toEqual([]);
    expect(problemsOf({ jitter: 'decorrelated', factor: 3 })).toEqual([
      'backoff.factor: Decorrelated jitter has a curve of its own, which doubles. Leave factor out, or use another jitter.',
    ]);
    expect(() => checkOptions('x', backoffCheck, { jitter: 'decorrelated', factor: 3 })).toThrow(
      'factor: Decorrelated jitter',
    );
  });
});
