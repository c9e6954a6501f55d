import fc from 'fast-check';
import { type Rate, TokenBucket } from './token-bucket.js';

const rate = fc.record({
  limit: fc.integer({ min: 1, max: 1_000 }),
  perMs: fc.integer({ min: 1, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 50 }),
});

const gaps = fc.array(fc.oneof(fc.constant(0), fc.nat(20), fc.nat(2_000), fc.nat(10_000_000)), {
  size: 'max',
  minLength: 1,
  maxLength: 100,
});

/** When a bucket that is asked at these times gives a token. */
function given(bucket: TokenBucket, askedAt: number[]): number[] {
  return askedAt.filter((time) => bucket.tryTake(time));
}

function times(after: number[]): number[] {
  let now = 0;
  return after.map((gap) => (now += gap));
}

/** In any window, ends included, no more calls than the burst and what comes in during it. */
function expectBound(admitted: number[], { limit, perMs, burst }: Rate) {
  admitted.forEach((end, last) => {
    admitted.slice(0, last + 1).forEach((start, first) => {
      const most = burst + (limit * (end - start)) / perMs;
      if (last - first + 1 > most) throw new Error(`${last - first + 1} calls in ${end - start} ms`);
    });
  });
}

describe('TokenBucket', () => {
  it('starts full and gives no more than its burst at once', () => {
    const bucket = new TokenBucket({ limit: 10, perMs: 1_000, burst: 3 }, 500);
    expect(given(bucket, [500, 500, 500, 500])).toHaveLength(3);
  });

  it('fills evenly, a token each perMs/limit, and never above its burst', () => {
    const bucket = new TokenBucket({ limit: 10, perMs: 1_000, burst: 2 }, 0);
    given(bucket, [0, 0]);
    expect(given(bucket, [99, 100, 199, 200, 299])).toEqual([100, 200]);
    expect(given(bucket, [100_000, 100_000, 100_000])).toHaveLength(2);
  });

  it('gives at most burst + limit * w / perMs tokens in any time w', () => {
    fc.assert(
      fc.property(rate, gaps, (rates, after) => {
        expectBound(given(new TokenBucket(rates, 0), times(after)), rates);
      }),
      { numRuns: 500 },
    );
  });

  it('gives whoever asks in time exactly the rate, with no drift over a day', () => {
    const bucket = new TokenBucket({ limit: 7, perMs: 1_000, burst: 2 }, 0);
    bucket.tryTake(0);
    let now = 0;
    for (let token = 1; token <= 604_800; token += 1) {
      if (!bucket.tryTake(now)) throw new Error(`no token ${token} at ${now}`);
      now = Math.ceil((token * 1_000) / 7);
    }
    expect(now).toBe(86_400_000);
  });

  it('says exactly when the next tokens are there', () => {
    fc.assert(
      fc.property(rate, gaps, fc.integer({ min: 1, max: 50 }), (rates, after, wanted) => {
        const tokens = Math.min(wanted, rates.burst);
        const bucket = new TokenBucket(rates, 0);
        const now = times(after).at(-1) ?? 0;
        given(bucket, times(after));
        const wait = bucket.msUntil(tokens, now);
        const taken = (at: number) => {
          const other = new TokenBucket(rates, 0);
          given(other, times(after));
          return given(
            other,
            Array.from({ length: tokens }, () => at),
          ).length;
        };
        expect(taken(now + wait)).toBe(tokens);
        if (wait > 0) expect(taken(now + wait - 1)).toBeLessThan(tokens);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its level in proportion when the rate changes', () => {
    const bucket = new TokenBucket({ limit: 10, perMs: 1_000, burst: 10 }, 0);
    given(
      bucket,
      Array.from({ length: 7 }, () => 0),
    );
    bucket.change({ limit: 100, perMs: 60_000, burst: 20 }, 100);
    expect(
      given(
        bucket,
        Array.from({ length: 20 }, () => 100),
      ),
    ).toHaveLength(8);
    expect(bucket.msUntil(1, 100)).toBe(600);
  });

  it('is full again when nothing is missing, not before', () => {
    const bucket = new TokenBucket({ limit: 3, perMs: 1_000, burst: 3 }, 0);
    expect(bucket.isFull(0)).toBe(true);
    given(bucket, [0]);
    expect([bucket.isFull(333), bucket.isFull(334)]).toEqual([false, true]);
  });
});
