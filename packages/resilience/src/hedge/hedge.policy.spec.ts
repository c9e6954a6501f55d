import { hedging, type Try } from '../../test/hedging.js';
import { ended } from '../../test/support.js';
import { hedgeSettings } from './hedge.options.js';

const broken = new Error('broken');

/** A budget that holds so many hedges. */
function budgetOf(left: number) {
  let asked = 0;
  return {
    deposit() {},
    withdraw: () => (asked += 1) <= left,
    get asked() {
      return asked;
    },
  };
}

describe('a hedge does not start', () => {
  it('for a call that may not be made twice, which runs under its own signal', async () => {
    const { clock, tries, run, at } = hedging();
    const { signal } = new AbortController();
    void run({ signal, options: { idempotent: false } });
    await clock.advance(1_000);
    expect([tries.length, at(0).signal, clock.pending]).toEqual([1, signal, 0]);
  });

  it('for a call that is aborted before it is made', async () => {
    const { tries, run, clock } = hedging();
    await expect(run({ signal: AbortSignal.abort('bye') })).rejects.toBe('bye');
    expect([tries.length, clock.pending]).toEqual([0, 0]);
  });

  it.each([
    [100, 1],
    [101, 2],
  ])('when its deadline is in %p ms and the delay is 100 ms: attempts %p', async (deadline, made) => {
    const { clock, tries, run } = hedging();
    void run({ deadline });
    await clock.advance(1_000);
    expect([tries.length, clock.pending]).toEqual([made, 0]);
  });

  it('after a failure either, when the deadline comes before the delay', async () => {
    const { run, tries, at } = hedging();
    const result = run({ deadline: 100 });
    at(0).reject(broken);
    await expect(result).rejects.toBe(broken);
    expect(tries).toHaveLength(1);
  });

  it('when the deadline leaves no time for a further one', async () => {
    const { clock, tries, run } = hedging({ delay: 100, attempts: 3 });
    void run({ deadline: 200 });
    await clock.advance(100);
    expect([tries.length, clock.pending]).toEqual([2, 0]);
  });

  it('when the budget has nothing left, nor reports it while nobody listens', async () => {
    const { clock, tries, run, reported, stopListening } = hedging({ delay: 100, attempts: 3 });
    stopListening();
    void run({ budget: budgetOf(1) });
    await clock.advance(1_000);
    expect([tries.length, reported]).toEqual([2, []]);
  });

  it('when the budget has nothing left, and says so once', async () => {
    const { clock, tries, run, at, reported } = hedging({ delay: 100, attempts: 3 });
    const budget = budgetOf(0);
    const result = run({ budget });
    await clock.advance(1_000);
    expect([tries.length, budget.asked, clock.pending]).toEqual([1, 1, 0]);
    expect(reported).toEqual([{ type: 'retry-budget-exhausted', policy: 'users', wanted: 'hedge' }]);
    at(0).reject(broken);
    await expect(result).rejects.toBe(broken);
    expect(budget.asked).toBe(1);
  });

  it('without taking one out of the budget for each', async () => {
    const { clock, run } = hedging({ delay: 100, attempts: 3 });
    const budget = budgetOf(9);
    void run({ budget });
    await clock.advance(1_000);
    expect(budget.asked).toBe(2);
  });
});

describe('a learned delay', () => {
  const delay = { quantile: 0.5, minimumCalls: 3 };

  it('hedges nothing until it knows enough', async () => {
    const { clock, tries, run, answered } = hedging({ delay });
    await answered(10);
    await answered(10);
    void run();
    await clock.advance(10_000);
    expect(tries).toHaveLength(3);
  });

  it('hedges after the initial delay until then', async () => {
    const { clock, tries, run } = hedging({ delay: { ...delay, initialDelay: 500 } });
    void run();
    await clock.advance(499);
    expect(tries).toHaveLength(1);
    await clock.advance(1);
    expect(tries).toHaveLength(2);
  });

  it('is the quantile of what first attempts took', async () => {
    const { clock, run, reported, answered } = hedging({ delay });
    for (const ms of [10, 16, 1_000]) await answered(ms);
    void run();
    await clock.advance(16);
    expect(reported).toEqual([]);
    await clock.advance(1);
    expect(reported).toEqual([{ type: 'hedge', policy: 'users', attempt: 2, delayMs: 17 }]);
  });

  it('counts a first attempt that was beaten with the time that it was out', async () => {
    const { clock, run, tries, reported, answered } = hedging({
      delay: { quantile: 0.5, minimumCalls: 1 },
    });
    await answered(16);
    // Two that were beaten after 40 ms make 40 ms the median, although each winner took 23 ms only.
    for (const round of [1, 2]) {
      const result = run();
      await clock.advance(40);
      (tries.at(-1) as Try).resolve(round);
      await result;
    }
    reported.length = 0;
    void run();
    await clock.advance(100);
    expect(reported).toMatchObject([{ delayMs: 42 }]);
  });

  it('learns nothing of a call that failed', async () => {
    const { clock, run, tries, at } = hedging({ delay: { quantile: 0.5, minimumCalls: 1 } });
    const failed = ended(run());
    at(0).reject(broken);
    await failed;
    void run();
    await clock.advance(1_000);
    expect(tries).toHaveLength(2);
  });

  it('learns nothing of a call whose first attempt had failed', async () => {
    const { clock, run, tries, at } = hedging({ delay: { minimumCalls: 1, initialDelay: 100 } });
    const mended = run();
    at(0).reject(broken);
    await clock.advance(0);
    at(1).resolve('second');
    await mended;
    void run();
    await clock.advance(99);
    expect(tries).toHaveLength(3);
    await clock.advance(1);
    expect(tries).toHaveLength(4);
  });

  it('learns from a first attempt that answers after its hedge failed', async () => {
    const { clock, run, tries, at } = hedging({ delay: { minimumCalls: 1, initialDelay: 100 } });
    const result = run();
    await clock.advance(100);
    at(1).reject(broken);
    await clock.advance(100);
    at(0).resolve('first');
    await result;
    void run();
    await clock.advance(199);
    expect(tries).toHaveLength(3);
    await clock.advance(9);
    expect(tries).toHaveLength(4);
  });

  it('learns from calls that cannot be hedged for want of time, and not from those that may not be', async () => {
    const { clock, run, tries, at } = hedging({ delay: { quantile: 0.5, minimumCalls: 1 } });
    const unsafe = run({ options: { idempotent: false } });
    at(0).resolve('ok');
    await unsafe;
    void run();
    await clock.advance(1_000);
    expect(tries).toHaveLength(2);
    const hurried = run({ deadline: 1_001 });
    at(2).resolve('ok');
    await hurried;
    void run();
    await clock.advance(2);
    expect(tries).toHaveLength(5);
  });

  it('keeps what it learned through a reconfiguration', async () => {
    const { clock, policy, run, tries, answered } = hedging({ delay });
    for (const ms of [10, 16, 1_000]) await answered(ms);
    policy.reconfigure(hedgeSettings({ delay: { quantile: 0.5, minimumCalls: 1, window: '90s' } }));
    void run();
    await clock.advance(17);
    expect(tries).toHaveLength(5);
  });

  it('may take the place of a fixed one, and the other way round', async () => {
    const { clock, policy, run, tries, answered } = hedging({ delay: 100 });
    policy.reconfigure(hedgeSettings({ delay: { quantile: 0.5, minimumCalls: 1 } }));
    await answered(16);
    void run();
    await clock.advance(17);
    expect(tries).toHaveLength(3);
    policy.reconfigure(hedgeSettings({ delay: 50 }));
    void run();
    await clock.advance(49);
    expect(tries).toHaveLength(4);
    await clock.advance(1);
    expect(tries).toHaveLength(5);
  });
});
