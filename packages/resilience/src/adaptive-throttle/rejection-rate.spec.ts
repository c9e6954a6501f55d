import fc from 'fast-check';
import { PRIORITIES, type Priority } from '../pipeline/priority.js';
import { rejectionRate, type ThrottleTerms } from './rejection-rate.js';

const TERMS: ThrottleTerms = { multiplier: 2, maxRejectionRate: 0.9, minimumCalls: 10 };

/** Requests from the lowest priority to the highest. */
function rate(
  requests: readonly number[],
  accepts: number,
  priority: Priority = 'normal',
  terms: Partial<ThrottleTerms> = {},
): number {
  return rejectionRate({ requests, accepts }, priority, { ...TERMS, ...terms });
}

describe('the rejection rate', () => {
  it.each([
    [100, 100, 0],
    [100, 50, 0],
    [100, 49, 2 / 101],
    [100, 25, 50 / 101],
    [1_000, 100, 800 / 1_001],
    [100, 0, 0.9],
  ])('of %i requests of which %i were accepted is that of the book', (requests, accepts, expected) => {
    expect(rate([0, requests, 0, 0], accepts)).toBeCloseTo(expected, 12);
  });

  it('is nothing before there are enough calls', () => {
    expect(rate([0, 9, 0, 0], 0)).toBe(0);
    expect(rate([9, 4, 3, 2], 0)).toBe(0);
    expect(rate([0, 4, 4, 2], 0)).toBe(0.9);
    expect(rate([0, 10, 0, 0], 0)).toBe(0.9);
  });

  it('is stricter with a lower multiplier', () => {
    expect(rate([0, 100, 0, 0], 60, 'normal', { multiplier: 1.5 })).toBeCloseTo(10 / 101);
  });

  it('takes what is too much from the lowest first', () => {
    // 400 requests and 160 accepts: 80 are too many.
    const requests = [100, 200, 60, 40];
    expect(PRIORITIES.map((priority) => rate(requests, 160, priority))).toEqual([80 / 101, 0, 0, 0]);
  });

  it('touches a priority when it would be too much without the lower ones', () => {
    // Of 400 requests 250 are too many, and of the 300 that are not low still 150.
    const rates = PRIORITIES.map((priority) => rate([100, 200, 60, 40], 75, priority));
    expect(rates[0]).toBe(0.9);
    expect(rates[1]).toBeCloseTo(150 / 201);
    expect(rates.slice(2)).toEqual([0, 0]);
  });

  it('spares the first requests of a priority, whatever became of lower ones', () => {
    expect(rate([1_000, 0, 0, 0], 0, 'critical')).toBe(0);
  });

  it('turns away from all when nothing is accepted', () => {
    const requests = [1_000, 1_000, 1_000, 1_000];
    expect(PRIORITIES.map((priority) => rate(requests, 0, priority))).toEqual([0.9, 0.9, 0.9, 0.9]);
  });

  it('never turns a higher priority away more than a lower one of as many requests, nor beyond the bound', () => {
    const counts = fc.record({ each: fc.nat(1_000), part: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(counts, ({ each, part }) => {
        const requests = [each, each, each, each];
        const rates = PRIORITIES.map((priority) => rate(requests, 4 * each * part, priority));
        expect(rates).toEqual([...rates].sort((a, b) => b - a));
        expect(Math.max(...rates)).toBeLessThanOrEqual(0.9);
        expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
