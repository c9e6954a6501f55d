import { getEventListeners } from 'node:events';
import { currentContext, runInFreshContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { execution } from '../../test/executions.js';
import { deferred, ended } from '../../test/support.js';
import { EventHub } from '../events/event-hub.js';
import { type ResilienceEvent } from '../events/resilience-event.js';
import { Commitment } from '../pipeline/commitment.js';
import { type Execution } from '../pipeline/policy.js';
import '../pipeline/priority.js';
import { type TimeoutMode } from './timeout.options.js';
import { TimeoutPolicy } from './timeout.policy.js';

/** A timeout of 100 ms around a rest of the pipeline that the test ends by hand and that ignores its signal. */
async function limited(mode: TimeoutMode = 'race', overrides: Partial<Execution> = {}) {
  const clock = new VirtualClock();
  await clock.advance(1_000);
  const events = new EventHub();
  const seen: ResilienceEvent[] = [];
  events.all$.subscribe((event) => seen.push(event));
  const parts = { clock, random: () => 0.5, events };
  const policy = new TimeoutPolicy('users', { scope: 'attempt', limitMs: 100, mode }, parts);
  const work = deferred<unknown>();
  const below: Execution[] = [];
  let settled = false;
  const result = policy.execute(execution(overrides), (inner) => {
    below.push(inner);
    return work.promise;
  });
  const end = ended(result).finally(() => (settled = true));
  return { clock, seen, work, below, end, isSettled: () => settled };
}

const timedOut = { code: 'TIMEOUT', policy: 'users', scope: 'attempt', timeoutMs: 100 };

describe('a racing timeout', () => {
  it('ends the call for its caller although the layers below ignore the signal', async () => {
    const { clock, seen, end, below } = await limited();
    await clock.advance(99);
    expect(below[0]?.signal?.aborted).toBe(false);
    await clock.advance(1);
    await expect(end).resolves.toMatchObject(timedOut);
    expect(below[0]?.signal?.reason).toBe(await end);
    expect(seen).toEqual([{ type: 'timeout', policy: 'users', scope: 'attempt', timeoutMs: 100 }]);
  });

  it('shows the layers below its deadline and its mode', async () => {
    const { below } = await limited();
    expect(below).toMatchObject([{ deadline: 1_100, cooperative: false }]);
  });

  it("says what was left when the caller's deadline is the shorter limit", async () => {
    const { clock, end } = await limited('race', { deadline: 1_040 });
    await clock.advance(40);
    await expect(end).resolves.toMatchObject({ scope: 'deadline', timeoutMs: 40 });
  });

  it("leaves no timer behind for a caller's deadline that was not needed", async () => {
    const { clock, seen, work, end } = await limited('race', { deadline: 1_040 });
    expect(clock.pending).toBe(1);
    work.resolve('ok');
    await expect(end).resolves.toBe('ok');
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(seen).toEqual([]);
  });

  it('is its own limit when the deadline is at the same moment', async () => {
    const { clock, end } = await limited('race', { deadline: 1_100 });
    await clock.advance(100);
    await expect(end).resolves.toMatchObject(timedOut);
  });

  it.each([1_000, 999])(
    'does not begin what ought to have ended by now: a deadline of %i',
    async (deadline) => {
      const { end, below, clock } = await limited('race', { deadline });
      await expect(end).resolves.toMatchObject({ code: 'TIMEOUT', scope: 'deadline', timeoutMs: 0 });
      expect([below, clock.pending]).toEqual([[], 0]);
    },
  );
});

describe('a cooperative timeout', () => {
  it('aborts the work and waits until it has ended', async () => {
    const { clock, work, end, below, isSettled } = await limited('cooperative');
    await clock.advance(100);
    expect(below).toMatchObject([{ cooperative: true, signal: { aborted: true } }]);
    expect(isSettled()).toBe(false);
    work.resolve('after all');
    await expect(end).resolves.toBe('after all');
  });

  it('passes on what the layers below make of the abort', async () => {
    const { clock, work, end, below } = await limited('cooperative');
    await clock.advance(100);
    work.reject(below[0]?.signal?.reason);
    await expect(end).resolves.toMatchObject(timedOut);
  });
});

describe("the caller's signal of a timeout", () => {
  it('aborts the work with its reason, and the time no longer matters', async () => {
    const caller = new AbortController();
    const { clock, seen, end, below } = await limited('race', { signal: caller.signal });
    caller.abort('bye');
    await expect(end).resolves.toBe('bye');
    expect(below[0]?.signal?.reason).toBe('bye');
    await clock.advance(1_000);
    expect([seen, getEventListeners(caller.signal, 'abort')]).toEqual([[], []]);
  });

  it('that is aborted already prevents the work', async () => {
    const { end, below, clock } = await limited('race', { signal: AbortSignal.abort('bye') });
    await expect(end).resolves.toBe('bye');
    expect([below, clock.pending]).toEqual([[], 0]);
  });

  it.each([
    ['a result', (work: Awaited<ReturnType<typeof limited>>['work']) => work.resolve('ok'), 'ok'],
    ['an error', (work: Awaited<ReturnType<typeof limited>>['work']) => work.reject('broken'), 'broken'],
  ])('is left alone after %s', async (_how, settle, expected) => {
    const caller = new AbortController();
    const { clock, seen, work, end } = await limited('race', { signal: caller.signal });
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
    settle(work);
    await expect(end).resolves.toBe(expected);
    await clock.advance(1_000);
    expect([seen, getEventListeners(caller.signal, 'abort')]).toEqual([[], []]);
  });

  it('is left alone after a time-out, although the work goes on', async () => {
    const caller = new AbortController();
    const { clock, end } = await limited('race', { signal: caller.signal });
    await clock.advance(100);
    await end;
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });
});

describe('the timeout of a stream', () => {
  it('ends with its first value, and shows no deadline to the calls that the stream makes', async () => {
    const commitment = new Commitment();
    const { clock, work, end, below, seen } = await limited('race', { commitment });
    expect(below).toMatchObject([{ deadline: Infinity, cooperative: false }]);
    commitment.make();
    await clock.advance(1_000);
    work.resolve('the end');
    await expect(end).resolves.toBe('the end');
    expect(seen).toEqual([]);
  });

  it('may be cooperative', async () => {
    const { below } = await limited('cooperative', { commitment: new Commitment() });
    expect(below).toMatchObject([{ cooperative: true }]);
  });
});

describe('what a time-out sets off', () => {
  it('happens in the context of its own call, not of the one that armed the timer', async () => {
    const clock = new VirtualClock();
    const seen: unknown[] = [];
    const events = { observed: true, next: () => void seen.push(currentContext().priority) };
    const parts = { clock, random: () => 0.5, events };
    const policy = new TimeoutPolicy('users', { scope: 'total', limitMs: 100, mode: 'race' }, parts);
    const hang = ({ signal }: Execution) => {
      signal?.addEventListener('abort', () => seen.push(currentContext().priority));
      return new Promise(() => undefined);
    };
    const calls = (['low', 'high'] as const).map((priority) =>
      runInFreshContext({ priority }, () => ended(policy.execute(execution({}), hang))),
    );
    await clock.advance(100);
    await Promise.all(calls);
    expect(seen).toEqual(['low', 'low', 'high', 'high']);
  });
});

describe('a limit inside of another', () => {
  it('that was cut to what the outer one left names the outer one', async () => {
    const clock = new VirtualClock();
    const events: ResilienceEvent[] = [];
    const parts = {
      clock,
      random: () => 0.5,
      events: { observed: true, next: (event: ResilienceEvent) => void events.push(event) },
    };
    const inner = new TimeoutPolicy('inner', { scope: 'total', limitMs: 5_000, mode: 'race' }, parts);
    const outer = new TimeoutPolicy('outer', { scope: 'total', limitMs: 20, mode: 'race' }, parts);
    const call = ended(
      // The inner one has no signal of the outer one here, as over a queue or a pool that keeps none.
      outer.execute(execution({}), (below) =>
        inner.execute({ ...below, signal: undefined }, () => new Promise(() => undefined)),
      ),
    );
    await clock.advance(20);
    await expect(call).resolves.toMatchObject({ policy: 'outer', timeoutMs: 20, scope: 'total' });
  });
});
