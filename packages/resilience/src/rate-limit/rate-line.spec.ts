import { jest } from '@jest/globals';
import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { RateLine } from './rate-line.js';
import { type Rate } from './token-bucket.js';

const TEN = { limit: 10, perMs: 1_000, burst: 1 };

/** A line, and what became of those who waited in it: the time of their turn, or what they were told. */
function lined(rate: Rate, onLate?: () => void) {
  const clock = new VirtualClock();
  const told: number[] = [];
  const line = new RateLine(rate, clock, (ms) => {
    told.push(ms);
    onLate?.();
    return new Error(`in ${ms}`);
  });
  const turns: Record<string, unknown> = {};
  const join = (
    name: string,
    { signal, deadline = Infinity }: { signal?: AbortSignal; deadline?: number } = {},
  ) =>
    line.wait(signal, deadline).then(
      () => (turns[name] = clock.monotonic()),
      (error: unknown) => (turns[name] = error),
    );
  return { clock, line, turns, join, told };
}

describe('RateLine', () => {
  it('gives turns in order, each when its token is there, with one timer while somebody waits', async () => {
    const { clock, line, turns, join } = lined(TEN);
    expect([line.tryPass(), line.tryPass(), line.msUntilTurn, clock.pending]).toEqual([true, false, 100, 0]);
    void join('a');
    expect(line.msUntilTurn).toBe(200);
    void join('b');
    expect([line.waiting, clock.pending]).toEqual([2, 1]);
    await clock.advance(100);
    expect([line.tryPass(), clock.pending]).toEqual([false, 1]);
    await clock.advance(900);
    expect(turns).toEqual({ a: 100, b: 200 });
    expect([line.waiting, clock.pending, line.tryPass()]).toEqual([0, 0, true]);
  });

  it('lets nobody pass those who wait, also when their token is there already', () => {
    const { clock, line, join } = lined(TEN);
    line.tryPass();
    void join('a');
    jest.spyOn(clock, 'monotonic').mockReturnValue(100);
    expect(line.tryPass()).toBe(false);
  });

  it('gives the token of one that leaves to those behind it', async () => {
    const { clock, line, turns, join } = lined(TEN);
    line.tryPass();
    const leaving = new AbortController();
    void join('a');
    void join('b', { signal: leaving.signal });
    void join('c');
    leaving.abort('bye');
    expect(line.msUntilTurn).toBe(300);
    await clock.advance(1_000);
    expect(turns).toEqual({ b: 'bye', a: 100, c: 200 });
  });

  it('keeps the turn of those behind the first when that one leaves, and no timer when the last one does', async () => {
    const { clock, line, turns, join } = lined(TEN);
    line.tryPass();
    const leaving = [new AbortController(), new AbortController()] as const;
    void join('a', { signal: leaving[0].signal });
    void join('b', { signal: leaving[1].signal });
    leaving[0].abort('bye');
    await clock.advance(50);
    expect([turns, clock.pending]).toEqual([{ a: 'bye' }, 1]);
    leaving[1].abort('bye');
    await clock.advance(0);
    expect([turns, clock.pending, line.waiting]).toEqual([{ a: 'bye', b: 'bye' }, 0, 0]);
    void join('c');
    await clock.advance(50);
    expect(turns).toMatchObject({ c: 100 });
  });

  it('waits on when a timer fires early', async () => {
    const { clock, line, turns, join } = lined(TEN);
    line.tryPass();
    const schedule = clock.schedule.bind(clock);
    jest.spyOn(clock, 'schedule').mockImplementationOnce((ms, task) => schedule(ms - 1, task));
    void join('a');
    await clock.advance(99);
    expect([turns, clock.pending]).toEqual([{}, 1]);
    await clock.advance(1);
    expect(turns).toEqual({ a: 100 });
  });

  it('lets all in whose tokens came meanwhile when a timer fires late', async () => {
    const { clock, line, turns, join } = lined({ ...TEN, burst: 3 });
    for (let call = 0; call < 3; call += 1) line.tryPass();
    const schedule = clock.schedule.bind(clock);
    jest.spyOn(clock, 'schedule').mockImplementationOnce((ms, task) => schedule(ms + 150, task));
    for (const name of ['a', 'b', 'c']) void join(name);
    await clock.advance(1_000);
    expect(turns).toEqual({ a: 250, b: 250, c: 300 });
  });

  it('lets nobody in whose deadline a late timer missed, and the next one takes the token', async () => {
    const { clock, line, turns, join } = lined(TEN);
    line.tryPass();
    const schedule = clock.schedule.bind(clock);
    jest.spyOn(clock, 'schedule').mockImplementationOnce((ms, task) => schedule(ms + 50, task));
    void join('a', { deadline: 150 });
    void join('b', { deadline: 151 });
    await clock.advance(150);
    expect(turns).toEqual({ a: new Error('in 0'), b: 150 });
    expect(clock.pending).toBe(0);
  });

  it('tells in turns that somebody waits and that nobody does, however they leave', async () => {
    const told: string[] = [];
    class Told extends RateLine {
      protected override occupied() {
        told.push('occupied');
      }

      protected override emptied() {
        told.push('emptied');
      }
    }
    const clock = new VirtualClock();
    const line = new Told(TEN, clock, () => new Error('late'));
    const wait = (deadline: number, signal?: AbortSignal) => line.wait(signal, deadline).catch(() => {});
    const expectTold = (...expected: string[]) => expect(told.splice(0)).toEqual(expected);
    line.tryPass();
    void wait(Infinity);
    void wait(Infinity);
    expectTold('occupied');
    await clock.advance(100);
    expectTold();
    await clock.advance(100);
    expectTold('emptied');

    const leaving = new AbortController();
    void wait(Infinity, leaving.signal);
    leaving.abort();
    expectTold('occupied', 'emptied');

    const schedule = clock.schedule.bind(clock);
    jest.spyOn(clock, 'schedule').mockImplementationOnce((ms, task) => schedule(ms + 50, task));
    void wait(clock.monotonic() + 120);
    await clock.advance(150);
    expectTold('occupied', 'emptied');
  });

  it('goes on at once with another rate, and who waits stays', async () => {
    const { clock, line, turns, join, told } = lined(TEN);
    line.tryPass();
    void join('a');
    void join('b');
    await clock.advance(50);
    line.change({ limit: 1_000, perMs: 1_000, burst: 1 });
    expect(clock.pending).toBe(1);
    await clock.advance(2);
    expect([turns, told]).toEqual([{ a: 51, b: 52 }, []]);
    line.change(TEN);
    expect(clock.pending).toBe(0);
  });

  it('tells those whose turn would come too late by another rate, and those behind move up', async () => {
    const { clock, line, turns, join } = lined(TEN);
    line.tryPass();
    void join('a', { deadline: 1_001 });
    void join('b', { deadline: 2_000 });
    void join('c', { deadline: 2_001 });
    line.change({ limit: 1, perMs: 1_000, burst: 1 });
    await clock.advance(3_000);
    expect(turns).toEqual({ a: 1_000, b: new Error('in 2000'), c: 2_000 });
    expect(clock.pending).toBe(0);
  });

  it('ends a wait once, whatever a listener does when it is told', async () => {
    const leaving = new AbortController();
    const { clock, line, turns, join } = lined(TEN, () => leaving.abort('bye'));
    line.tryPass();
    void join('a', { deadline: 300 });
    void join('b', { deadline: 300, signal: leaving.signal });
    void join('c');
    line.change({ limit: 1, perMs: 1_000, burst: 1 });
    expect(line.waiting).toBe(1);
    await clock.advance(1_000);
    expect(turns).toEqual({ a: new Error('in 1000'), b: 'bye', c: 1_000 });
  });

  it('never lets more in than its rate, whoever passes, waits and leaves', async () => {
    const step = fc.record({ wait: fc.nat(120), leave: fc.boolean() });
    const rate = fc.record({
      limit: fc.integer({ min: 1, max: 20 }),
      perMs: fc.integer({ min: 1, max: 1_000 }),
      burst: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(rate, fc.array(step, { size: 'max', maxLength: 30 }), async (chosen, sequence) => {
        const { clock, line, turns, join } = lined(chosen);
        const admitted: number[] = [];
        const expected: Record<string, number> = {};
        for (const [index, { wait, leave }] of sequence.entries()) {
          const leaving = new AbortController();
          const turn = clock.monotonic() + line.msUntilTurn;
          if (line.tryPass()) admitted.push(clock.monotonic());
          else {
            void join(String(index), { signal: leaving.signal });
            if (leave) leaving.abort('bye');
            else expected[index] = turn;
          }
          await clock.advance(wait);
        }
        await clock.advance(1_000_000);
        const stayed = Object.entries(turns).filter(([, turn]) => turn !== 'bye');
        const { limit, perMs, burst } = chosen;
        expect(stayed.map(([name]) => name)).toEqual(Object.keys(expected));
        // A bucket that a single millisecond can fill loses what comes in beyond: timers run for whole milliseconds.
        const onTime = (burst - 1) * perMs >= limit;
        for (const [name, turn] of stayed) {
          if (onTime) expect(turn).toBe(expected[name]);
          else expect(turn).toBeGreaterThanOrEqual(expected[name] ?? Infinity);
        }
        admitted.push(...stayed.map(([, turn]) => turn as number));
        admitted.sort((a, b) => a - b);
        admitted.forEach((end, last) =>
          admitted.slice(0, last + 1).forEach((start, first) => {
            if (last - first + 1 > burst + (limit * (end - start)) / perMs) throw new Error('too many');
          }),
        );
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
