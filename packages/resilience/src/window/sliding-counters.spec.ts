import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { type Clock } from '@rookery/common';
import { SlidingCounters } from './sliding-counters.js';

/** One counter over ten seconds in ten slices. */
class RecentSum {
  readonly #counters: SlidingCounters;

  constructor(clock: Clock) {
    this.#counters = new SlidingCounters(1, { sizeMs: 10_000, slices: 10 }, clock);
  }

  get value(): number | undefined {
    return this.#counters.advance().totals[0];
  }

  add(amount: number): void {
    this.#counters.advance().add(0, amount);
  }
}

describe('a sliding counter', () => {
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

describe('sliding counters', () => {
  it('are counted and forgotten apart from each other', async () => {
    const clock = new VirtualClock();
    const counters = new SlidingCounters(2, { sizeMs: 100, slices: 4 }, clock);
    counters.advance().add(0, 1);
    await clock.advance(25);
    counters.advance().add(1, 5);
    counters.add(0, 2);
    expect([...counters.totals]).toEqual([3, 5]);
    await clock.advance(75);
    expect([...counters.advance().totals]).toEqual([2, 5]);
    await clock.advance(25);
    expect([...counters.advance().totals]).toEqual([0, 0]);
  });

  it('start anew when they are cleared', async () => {
    const clock = new VirtualClock();
    const counters = new SlidingCounters(1, { sizeMs: 100, slices: 4 }, clock);
    counters.advance().add(0, 3);
    counters.clear();
    await clock.advance(25);
    counters.advance().add(0, 1);
    await clock.advance(75);
    expect([...counters.advance().totals]).toEqual([1]);
  });
});
