import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { RecentSum } from './recent-sum.js';

describe('the sum of the last ten seconds', () => {
  it('starts empty and adds up', () => {
    const sum = new RecentSum(new VirtualClock());
    expect(sum.value).toBe(0);
    sum.add(5);
    sum.add(-2);
    expect(sum.value).toBe(3);
  });

  it('lets go of what is ten slices old, slice by slice', async () => {
    const clock = new VirtualClock();
    const sum = new RecentSum(clock);
    sum.add(1);
    await clock.advance(999);
    sum.add(10);
    await clock.advance(1);
    sum.add(100);
    await clock.advance(8_999);
    expect(sum.value).toBe(111);
    await clock.advance(1);
    expect(sum.value).toBe(100);
    await clock.advance(1_000);
    expect(sum.value).toBe(0);
  });

  it('begins with the slice it was made in', async () => {
    const clock = new VirtualClock();
    await clock.advance(1_234_567);
    const sum = new RecentSum(clock);
    sum.add(7);
    await clock.advance(9_000);
    expect(sum.value).toBe(7);
    await clock.advance(1_000);
    expect(sum.value).toBe(0);
  });

  it('is empty after a rest of any length, and goes on', async () => {
    for (const rest of [10_000, 11_000, 3_600_000]) {
      const clock = new VirtualClock();
      const sum = new RecentSum(clock);
      for (let second = 0; second < 10; second += 1) {
        sum.add(1);
        await clock.advance(1_000);
      }
      await clock.advance(rest);
      sum.add(4);
      expect(sum.value).toBe(4);
    }
  });

  it('reads the clock once a use, and a rest does not make it look at every second', () => {
    let reads = 0;
    let now = 0;
    const clock = Object.assign(new VirtualClock(), {
      monotonic: () => {
        reads += 1;
        return now;
      },
    });
    const sum = new RecentSum(clock);
    now = 1e15;
    sum.add(1);
    expect(sum.value).toBe(1);
    expect(reads).toBe(3);
  });

  it('is the sum over the current and the nine slices before it, whatever happened', () => {
    const step = fc.record({ afterMs: fc.nat(4_000), amount: fc.integer({ min: -1e9, max: 1e9 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        let now = 0;
        const clock = Object.assign(new VirtualClock(), { monotonic: () => now });
        const sum = new RecentSum(clock);
        const added: { slice: number; amount: number }[] = [];
        for (const { afterMs, amount } of steps) {
          now += afterMs;
          const slice = Math.floor(now / 1_000);
          sum.add(amount);
          added.push({ slice, amount });
          const expected = added
            .filter((entry) => entry.slice > slice - 10)
            .reduce((total, entry) => total + entry.amount, 0);
          expect(sum.value).toBe(expected);
        }
      }),
    );
  });
});
