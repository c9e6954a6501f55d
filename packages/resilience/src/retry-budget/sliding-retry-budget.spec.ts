import { systemRandom } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { EventHub } from '../events/event-hub.js';
import { RETRY_BUDGET_DEFAULTS, type RetryBudgetSettings } from './retry-budget.options.js';
import { SlidingRetryBudget } from './sliding-retry-budget.js';

function bucket(settings: RetryBudgetSettings = RETRY_BUDGET_DEFAULTS) {
  const clock = new VirtualClock();
  const budget = new SlidingRetryBudget(settings, {
    clock,
    random: systemRandom,
    events: new EventHub(),
  });
  const deposit = (calls: number) => {
    for (let n = 0; n < calls; n += 1) budget.deposit();
  };
  /** Takes out what there is, and says how much it was. */
  const drain = () => {
    let retries = 0;
    while (budget.withdraw()) retries += 1;
    return retries;
  };
  return { clock, budget, deposit, drain };
}

describe('the retry budget', () => {
  it('allows thirty retries without a call by default, three for each second of the window', () => {
    const { drain } = bucket();
    expect(drain()).toBe(30);
    expect(drain()).toBe(0);
  });

  it('earns one retry with every five calls by default', () => {
    const { deposit, drain } = bucket();
    drain();
    deposit(4);
    expect(drain()).toBe(0);
    deposit(1);
    expect(drain()).toBe(1);
    deposit(1_000);
    expect(drain()).toBe(200);
  });

  it.each([
    [{ ratio: 100, minPerSecond: 0 }, 7, 7],
    [{ ratio: 10, minPerSecond: 0 }, 19, 1],
    [{ ratio: 0.1, minPerSecond: 0 }, 1_000, 1],
    [{ ratio: 33.333, minPerSecond: 0 }, 300_000, 99_999],
    [{ ratio: 0, minPerSecond: 1 }, 500, 10],
    [{ ratio: 0, minPerSecond: 0.5 }, 500, 5],
  ])(
    'of %j pays, after %d calls, for %d retries, and nothing is rounded away',
    (settings, calls, retries) => {
      const { deposit, drain } = bucket(settings);
      deposit(calls);
      expect(drain()).toBe(retries);
    },
  );

  it('forgets what was earned ten seconds ago', async () => {
    const { clock, deposit, drain } = bucket({ ratio: 50, minPerSecond: 0 });
    deposit(10);
    await clock.advance(9_999);
    deposit(2);
    await clock.advance(1);
    expect(drain()).toBe(1);
  });

  it('fills the floor up again ten seconds after it was taken out', async () => {
    const { clock, drain } = bucket({ ratio: 20, minPerSecond: 1 });
    expect(drain()).toBe(10);
    await clock.advance(9_999);
    expect(drain()).toBe(0);
    await clock.advance(1);
    expect(drain()).toBe(10);
  });

  it('keeps what it holds when its settings change', () => {
    const { budget, deposit, drain } = bucket({ ratio: 20, minPerSecond: 0 });
    deposit(10);
    budget.reconfigure({ ratio: 100, minPerSecond: 0 });
    expect(drain()).toBe(2);
    deposit(3);
    expect(drain()).toBe(3);
    budget.reconfigure({ ratio: 100, minPerSecond: 1 });
    // The five that were taken out still count against the ten of the floor, beside the five that were earned.
    expect(drain()).toBe(10);
    budget.reconfigure({ ratio: 100, minPerSecond: 0 });
    deposit(9);
    expect(drain()).toBe(0);
    deposit(2);
    expect(drain()).toBe(1);
  });

  it('never lets through more than the ratio of the calls and the floor', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.nat(50), fc.nat(3_000)),
      calls: fc.nat(30),
      retries: fc.nat(60),
    });
    const settings = fc.record({
      ratio: fc.integer({ min: 0, max: 100 }),
      minPerSecond: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 80, size: 'max' }), (given, steps) => {
        const { clock, budget, deposit } = bucket(given);
        let now = 0;
        clock.monotonic = () => now;
        const log: { slice: number; calls: number; retries: number }[] = [];
        const sumOf = (key: 'calls' | 'retries', from: number) =>
          log.filter(({ slice }) => slice > from).reduce((sum, entry) => sum + entry[key], 0);
        for (const { afterMs, calls, retries } of steps) {
          now += afterMs;
          deposit(calls);
          let granted = 0;
          while (granted < retries && budget.withdraw()) granted += 1;
          log.push({ slice: Math.floor(now / 1_000), calls, retries: granted });
          // The ten seconds up to a retry hold no more than they may; what was refused would have been too much.
          const since = Math.floor(now / 1_000) - 10;
          const allowed = (given.ratio / 100) * sumOf('calls', since) + given.minPerSecond * 10;
          if (granted > 0) expect(sumOf('retries', since)).toBeLessThanOrEqual(allowed + 1e-9);
          if (granted < retries) expect(sumOf('retries', since) + 1).toBeGreaterThan(allowed - 1e-9);
        }
        // And so does the whole time, with what one window may hold at its beginning: no call pays twice.
        const seconds = Math.ceil((Math.floor(now / 1_000) + 1) / 10) * 10;
        const allowed = (given.ratio / 100) * sumOf('calls', -1) + given.minPerSecond * seconds;
        expect(sumOf('retries', -1)).toBeLessThanOrEqual(allowed + 1e-9);
      }),
    );
  });
});
