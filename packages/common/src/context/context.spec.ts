import { VirtualClock } from '../testing/virtual-clock.js';
import { currentContext, runInContext, runInFreshContext } from './call-context.js';
import { remainingTime, runWithDeadline } from './deadline.js';

describe('call context', () => {
  it('is empty outside of a call and follows awaits inside of one', async () => {
    expect(currentContext()).toEqual({});
    await runInContext({ deadline: 5 }, async () => {
      await Promise.resolve();
      expect(currentContext().deadline).toBe(5);
    });
    expect(currentContext()).toEqual({});
  });

  it('lays changes over what is there, and a fresh one over nothing', () => {
    const { signal } = new AbortController();
    runInContext({ deadline: 5 }, () => {
      runInContext({ signal }, () => expect(currentContext()).toEqual({ deadline: 5, signal }));
      runInFreshContext({ signal }, () => expect(currentContext()).toEqual({ signal }));
    });
  });
});

describe('deadline', () => {
  const { signal } = new AbortController();

  it('counts down and never below zero', async () => {
    const clock = new VirtualClock();
    expect(remainingTime(clock)).toBe(Infinity);
    await runWithDeadline(clock, 100, signal, async () => {
      await clock.advance(30);
      expect(remainingTime(clock)).toBe(70);
      await clock.advance(100);
      expect(remainingTime(clock)).toBe(0);
    });
  });

  it('only shrinks', () => {
    const clock = new VirtualClock();
    runWithDeadline(clock, 100, signal, () => {
      runWithDeadline(clock, 500, signal, () => expect(remainingTime(clock)).toBe(100));
      runWithDeadline(clock, 20, signal, () => expect(remainingTime(clock)).toBe(20));
    });
  });
});
