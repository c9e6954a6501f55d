import { currentContext, runInContext } from '../context/call-context.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { systemClock } from './clock.js';
import { repeat } from './repeat.js';
import { sleep } from './sleep.js';
import { within } from './within.js';

describe('sleep', () => {
  it('resolves when the clock has moved on far enough, not before', async () => {
    const clock = new VirtualClock();
    let awake = false;
    void sleep(clock, 100).then(() => (awake = true));
    await clock.advance(99);
    expect(awake).toBe(false);
    await clock.advance(1);
    expect(awake).toBe(true);
  });

  it('rejects with the reason of an abort and leaves no timer', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const slept = sleep(clock, 100, abort.signal);
    abort.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
    await expect(sleep(clock, 1, abort.signal)).rejects.toThrow('enough');
  });
});

describe('within', () => {
  it('passes on what the work resolves or rejects with, and leaves no timer', async () => {
    const clock = new VirtualClock();
    await expect(within(clock, 100, () => 5)).resolves.toBe(5);
    await expect(within(clock, 100, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(clock.pending).toBe(0);
  });

  it('ends work that takes too long, also when it does not listen', async () => {
    const clock = new VirtualClock();
    let signal = new AbortController().signal;
    const call = within(clock, 100, (given) => {
      signal = given;
      return new Promise(() => {});
    });
    const outcome = expect(call).rejects.toThrow('It took longer than 100 ms.');
    await clock.advance(100);
    await outcome;
    expect(signal.aborted).toBe(true);
  });

  it('ends also when the work itself ends the outer signal', async () => {
    const outer = new AbortController();
    const call = within(new VirtualClock(), 100, () => new Promise(() => outer.abort(new Error('mine'))), {
      signal: outer.signal,
    });
    await expect(call).rejects.toThrow('mine');
  });

  it('ends with the outer signal, and does not start after it', async () => {
    const clock = new VirtualClock();
    const outer = new AbortController();
    const call = within(clock, 100, () => new Promise(() => {}), { signal: outer.signal });
    outer.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    let started = false;
    await expect(within(clock, 100, () => (started = true), { signal: outer.signal })).rejects.toThrow(
      'enough',
    );
    expect(started).toBe(false);
    expect(clock.pending).toBe(0);
  });
});

describe('repeat', () => {
  it('runs one turn an interval, survives a throwing turn, and stops', async () => {
    const clock = new VirtualClock();
    const errors: unknown[] = [];
    let turns = 0;
    const repetition = repeat(
      clock,
      10,
      () => {
        turns += 1;
        if (turns === 2) throw new Error('second');
      },
      (error) => errors.push(error),
    );
    await clock.advance(35);
    expect(turns).toBe(3);
    expect(errors).toEqual([new Error('second')]);
    await repetition.stop();
    await clock.advance(100);
    expect(turns).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('carries nothing of the context of whoever started or woke it', async () => {
    const clock = new VirtualClock();
    const seen: unknown[] = [];
    const repetition = runInContext({ deadline: 1 }, () =>
      repeat(
        clock,
        10,
        () => seen.push(currentContext().deadline),
        () => {},
      ),
    );
    await clock.advance(10);
    runInContext({ deadline: 2 }, () => repetition.wake());
    await clock.advance(15);
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set(seen)).toEqual(new Set([undefined]));
    await repetition.stop();
  });

  it('runs once more at once when it is woken during a turn', async () => {
    const clock = new VirtualClock();
    let release = () => {};
    let turns = 0;
    const repetition = repeat(
      clock,
      1_000,
      () => {
        turns += 1;
        return new Promise<void>((resolve) => (release = resolve));
      },
      () => {},
    );
    repetition.wake();
    repetition.wake();
    repetition.wake();
    expect(turns).toBe(1);
    release();
    await clock.advance(0);
    expect(turns).toBe(2);
    release();
    await repetition.stop();
  });
});

describe('system clock', () => {
  it('does not fire a very long timer at once', async () => {
    let fired = false;
    const task = systemClock.schedule(2 ** 40, () => (fired = true));
    await new Promise((resolve) => setImmediate(resolve));
    task.cancel();
    expect(fired).toBe(false);
  });

  /** Keeps the event loop from running, as a pause for garbage or a stopped process does. */
  function holdUp(ms: number): void {
    const until = performance.now() + ms;
    while (performance.now() < until);
  }

  it('lets what has arrived while the process was held up come first, and what is due then', async () => {
    const order: string[] = [];
    const late = new Promise<void>((resolve) => {
      systemClock.schedule(1, () => {
        order.push('due');
        resolve();
      });
    });
    setImmediate(() => order.push('arrived'));
    holdUp(40);
    await late;
    expect(order).toEqual(['arrived', 'due']);
  });

  it('cancels what is due as long as it has not run', async () => {
    const order: string[] = [];
    const task = systemClock.schedule(1, () => order.push('due'));
    setImmediate(() => task.cancel());
    holdUp(40);
    await sleep(systemClock, 5);
    expect(order).toEqual([]);
  });
});
