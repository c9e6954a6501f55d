import { type Clock, type ScheduledTask } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { property, array, assert, nat, oneof, record, constant } from 'fast-check';
import { QueuedWait, TimerQueue } from './timer-queue.js';

/** A clock that writes down which of its tasks hold the process. */
class WatchedClock implements Clock {
  readonly inner = new VirtualClock();
  readonly delays: number[] = [];
  /** Whether the process waits for the last task. */
  holding = true;

  now(): number {
    return this.inner.now();
  }

  monotonic(): number {
    return this.inner.monotonic();
  }

  schedule(delayMs: number, task: () => void): ScheduledTask {
    this.delays.push(delayMs);
    this.holding = true;
    const { cancel } = this.inner.schedule(delayMs, task);
    return { cancel, keepAlive: (needed) => void (this.holding = needed) };
  }
}

class Wait extends QueuedWait {
  constructor(
    readonly name: string,
    private readonly ended: string[],
  ) {
    super();
  }

  timeIsUp(): void {
    this.ended.push(this.name);
  }
}

function waits(lengthMs = 100, clock: Clock & { inner?: VirtualClock } = new WatchedClock()) {
  const queue = new TimerQueue(lengthMs, clock);
  const ended: string[] = [];
  const enter = (name: string) => {
    const wait = new Wait(name, ended);
    queue.enter(wait, clock.monotonic());
    return wait;
  };
  return { queue, ended, enter };
}

describe('a queue of waits', () => {
  it('ends each when its time is up, in the order in which they began', async () => {
    const clock = new WatchedClock();
    const { ended, enter } = waits(100, clock);
    enter('a');
    await clock.inner.advance(30);
    enter('b');
    enter('c');
    await clock.inner.advance(69);
    expect(ended).toEqual([]);
    await clock.inner.advance(1);
    expect(ended).toEqual(['a']);
    await clock.inner.advance(29);
    expect(ended).toEqual(['a']);
    await clock.inner.advance(1);
    expect(ended).toEqual(['a', 'b', 'c']);
  });

  it('has one timer for all of them, for as long as the first one has left', async () => {
    const clock = new WatchedClock();
    const { enter } = waits(100, clock);
    enter('a');
    enter('b');
    await clock.inner.advance(30);
    enter('c');
    expect([clock.delays, clock.inner.pending]).toEqual([[100], 1]);
    await clock.inner.advance(70);
    expect([clock.delays, clock.inner.pending]).toEqual([[100, 30], 1]);
  });

  it('has no timer while nobody waits, and one again for the next', async () => {
    const clock = new WatchedClock();
    const { ended, enter } = waits(100, clock);
    expect(clock.delays).toEqual([]);
    enter('a');
    await clock.inner.advance(100);
    expect([ended, clock.inner.pending]).toEqual([['a'], 0]);
    await clock.inner.advance(50);
    enter('b');
    await clock.inner.advance(100);
    expect([ended, clock.delays]).toEqual([
      ['a', 'b'],
      [100, 100],
    ]);
  });

  it('forgets a wait that is left, wherever it stands', async () => {
    for (const left of ['a', 'b', 'c'] as const) {
      const clock = new WatchedClock();
      const { queue, ended, enter } = waits(100, clock);
      const all = { a: enter('a'), b: enter('b'), c: enter('c') };
      queue.leave(all[left]);
      expect(all[left].waiting).toBe(false);
      await clock.inner.advance(100);
      expect(ended).toEqual(['a', 'b', 'c'].filter((name) => name !== left));
    }
  });

  it('takes a second leave, or one after the end, for nothing', async () => {
    const clock = new WatchedClock();
    const { queue, ended, enter } = waits(100, clock);
    const [a, b] = [enter('a'), enter('b')];
    queue.leave(a);
    queue.leave(a);
    const c = enter('c');
    await clock.inner.advance(100);
    expect([b.waiting, c.waiting]).toEqual([false, false]);
    queue.leave(b);
    enter('d');
    await clock.inner.advance(100);
    expect(ended).toEqual(['b', 'c', 'd']);
  });

  it('lets a wait begin again, also while others end', async () => {
    const clock = new WatchedClock();
    const { queue, ended } = waits(100, clock);
    class Again extends Wait {
      override timeIsUp(): void {
        super.timeIsUp();
        if (ended.length < 3) queue.enter(this, clock.monotonic());
      }
    }
    queue.enter(new Again('again', ended), 0);
    await clock.inner.advance(250);
    expect(ended).toEqual(['again', 'again']);
    await clock.inner.advance(50);
    expect([ended, clock.inner.pending]).toEqual([['again', 'again', 'again'], 0]);
  });

  it('is never waiting before it begins', () => {
    expect(new Wait('a', [])).toMatchObject({ waiting: false, at: 0 });
  });
});

describe('the process of a queue', () => {
  it('is held exactly while somebody waits', async () => {
    const clock = new WatchedClock();
    const { queue, enter } = waits(100, clock);
    const [a, b] = [enter('a'), enter('b')];
    expect(clock.holding).toBe(true);
    queue.leave(a);
    expect(clock.holding).toBe(true);
    queue.leave(b);
    expect([clock.holding, clock.inner.pending]).toEqual([false, 1]);
    // The timer that is still there serves the next one.
    await clock.inner.advance(40);
    enter('c');
    expect([clock.holding, clock.delays]).toEqual([true, [100]]);
    await clock.inner.advance(60);
    expect([clock.holding, clock.delays]).toEqual([true, [100, 40]]);
  });

  it('is let go once, not for each that begins behind others', () => {
    const clock = new WatchedClock();
    const { queue, enter } = waits(100, clock);
    const a = enter('a');
    clock.holding = false;
    enter('b');
    expect(clock.holding).toBe(false);
    clock.holding = true;
    queue.leave(a);
    expect(clock.holding).toBe(true);
  });

  it('need not be told by a clock that never holds it', async () => {
    const clock = new VirtualClock();
    const { queue, ended, enter } = waits(100, clock);
    queue.leave(enter('a'));
    enter('b');
    await clock.advance(200);
    expect(ended).toEqual(['b']);
  });
});

describe('any sequence of waits', () => {
  it('ends those that are not left, each at its time', async () => {
    const step = oneof(
      record({ does: constant('enter' as const), n: nat(0) }),
      record({ does: constant('leave' as const), n: nat(20) }),
      record({ does: constant('pass' as const), n: nat(60) }),
    );
    const sequences: { does: 'enter' | 'leave' | 'pass'; n: number }[][] = [];
    assert(
      property(array(step, { maxLength: 40, size: 'max' }), (steps) => void sequences.push(steps)),
      { numRuns: 200 },
    );
    for (const steps of sequences) {
      const clock = new WatchedClock();
      const queue = new TimerQueue(50, clock);
      const all: (Wait & { begun: number; left?: number })[] = [];
      const ends = new Map<string, number>();
      for (const { does, n } of steps) {
        if (does === 'pass') await clock.inner.advance(n);
        if (does === 'enter') {
          const name = String(all.length);
          const wait = Object.assign(new Wait(name, []), { begun: clock.monotonic() });
          wait.timeIsUp = () => void ends.set(name, clock.monotonic());
          all.push(wait);
          queue.enter(wait, clock.monotonic());
        }
        const wait = all[n];
        if (does === 'leave' && wait && !ends.has(wait.name)) {
          wait.left ??= clock.monotonic();
          queue.leave(wait);
        }
      }
      await clock.inner.advance(50);
      const expected = all
        .filter(({ left }) => left === undefined)
        .map(({ name, begun }) => [name, begun + 50]);
      expect([...ends]).toEqual(expected);
    }
  });
});
