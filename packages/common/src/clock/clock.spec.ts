import { VirtualClock } from '../testing/virtual-clock.js';
import { systemClock } from './clock.js';
import { repeat } from './repeat.js';
import { sleep } from './sleep.js';

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
});
