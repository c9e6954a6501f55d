import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { bucketOf, upperBoundOf } from './latency-buckets.js';
import { LatencyWindow } from './latency-window.js';

function windowOf(ms = 60_000) {
  const clock = new VirtualClock();
  return { clock, latencies: new LatencyWindow(ms, clock) };
}

describe('a window of latencies', () => {
  it('knows the quantiles of what it was told, by the nearest rank', () => {
    const share = fc.double({ min: 0.5, max: 0.999, noNaN: true });
    const latency = fc.double({ min: 0, max: 70_000, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 200, size: 'max' }),
        share,
        (told, quantile) => {
          const { latencies } = windowOf();
          for (const ms of told) latencies.record(ms);
          const sorted = told.toSorted((one, other) => one - other);
          const exact = sorted[Math.ceil(quantile * told.length) - 1] as number;
          expect(latencies.quantile(quantile)).toBe(upperBoundOf(bucketOf(exact)));
        },
      ),
    );
  });

  it('forgets the older half every half window', async () => {
    const { clock, latencies } = windowOf();
    latencies.record(10);
    await clock.advance(29_999);
    latencies.record(10);
    expect(latencies.count).toBe(2);
    await clock.advance(1);
    latencies.record(1_000);
    expect(latencies.count).toBe(3);
    await clock.advance(29_999);
    expect(latencies.count).toBe(3);
    await clock.advance(1);
    expect([latencies.count, latencies.quantile(0.5)]).toEqual([1, upperBoundOf(bucketOf(1_000))]);
    await clock.advance(30_000);
    expect(latencies.count).toBe(0);
  });

  it('forgets everything while it rests for a window', async () => {
    const { clock, latencies } = windowOf();
    latencies.record(10);
    await clock.advance(60_000);
    expect(latencies.count).toBe(0);
    latencies.record(20);
    await clock.advance(29_999);
    expect(latencies.count).toBe(1);
  });

  it('keeps its halves in step with the time, whenever it is asked', async () => {
    const { clock, latencies } = windowOf();
    await clock.advance(45_000);
    latencies.record(10);
    await clock.advance(15_000);
    latencies.record(10);
    await clock.advance(30_000);
    expect(latencies.count).toBe(1);
  });

  it('forgets by the time of its own start', async () => {
    const clock = new VirtualClock();
    await clock.advance(29_000);
    const latencies = new LatencyWindow(60_000, clock);
    latencies.record(10);
    await clock.advance(59_999);
    expect(latencies.count).toBe(1);
    await clock.advance(1);
    expect(latencies.count).toBe(0);
  });

  it('goes on with what it knows under another window', async () => {
    const { clock, latencies } = windowOf();
    latencies.record(10);
    await clock.advance(30_000);
    latencies.record(10);
    await clock.advance(30_000);
    // The older half was due before the window grew.
    latencies.resize(600_000);
    expect(latencies.count).toBe(1);
    await clock.advance(299_999);
    expect(latencies.count).toBe(1);
    latencies.resize(1_000);
    await clock.advance(1_000);
    expect(latencies.count).toBe(0);
  });
});
