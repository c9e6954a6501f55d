import fc from 'fast-check';
import { bucketOf, LATENCY_BUCKETS, upperBoundOf } from './latency-buckets.js';

describe('the buckets of latencies', () => {
  it('hold what lies below their upper bound, and at most one part in sixteen below', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 65_535, noNaN: true }), (ms) => {
        const bound = upperBoundOf(bucketOf(ms));
        expect(ms).toBeLessThan(bound);
        expect(bound).toBeLessThanOrEqual(ms * (1 + 1 / 16) + 1e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [0, 0],
    [0.999, 0],
    [1, 0],
    [1.0625, 1],
    [1.999, 15],
    [2, 16],
    [3, 24],
    [65_535, 255],
    [65_536, 255],
    [1e12, 255],
  ])('put %p ms into bucket %p', (ms, bucket) => {
    expect(bucketOf(ms)).toBe(bucket);
  });

  it('each end where the next one begins', () => {
    for (let bucket = 0; bucket < LATENCY_BUCKETS - 1; bucket += 1) {
      expect(bucketOf(upperBoundOf(bucket))).toBe(bucket + 1);
    }
    expect(upperBoundOf(LATENCY_BUCKETS - 1)).toBe(65_536);
  });
});
