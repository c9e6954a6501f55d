import { getEventListeners } from 'node:events';
import { currentContext, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { execution } from '../../test/executions.js';
import { deferred, type Deferred, ended } from '../../test/support.js';
import { EventHub } from '../events/event-hub.js';
import { type ResilienceEvent } from '../events/resilience-event.js';
import { type Execution, type Next } from '../pipeline/policy.js';
import { TimeoutError } from '../timeout/timeout.error.js';
import { type CoalesceOptions, coalesceCheck, coalesceSettings } from './coalesce.options.js';
import { CoalescePolicy } from './coalesce.policy.js';
import { problemsOf } from '../../test/executions.js';

interface Work extends Deferred<unknown> {
  readonly execution: Execution;
}

/** Coalescing by itself, over work that the test ends. */
function coalescing(options: CoalesceOptions = {}) {
  const events = new EventHub();
  const reported: ResilienceEvent[] = [];
  events.all$.subscribe((event) => reported.push(event));
  const clock = new VirtualClock();
  const parts = { clock, events, random: () => 0.5 };
  const policy = new CoalescePolicy('users', coalesceSettings(options), parts);
  const works: Work[] = [];
  const start: Next = (given) => {
    const work = deferred<unknown>();
    works.push({ ...work, execution: given });
    return work.promise;
  };
  const run = (overrides: Partial<Execution> = {}, next = start) =>
    policy.execute(execution(overrides), next);
  const keyed = (key: string | undefined, overrides: Partial<Execution> = {}, next = start) =>
    run({ ...overrides, options: key === undefined ? {} : { key } }, next);
  const at = (index: number) => works.at(index) as Work;
  /** Starts a call whose code runs later what the test gives it. */
  const inside: Record<string, <T>(work: () => T) => T> = {};
  const enter = (key: string) =>
    keyed(key, {}, (given) => {
      inside[key] = entering();
      return start(given);
    });
  return { clock, policy, reported, works, run, keyed, at, enter, inside };
}

/** What happens before the next macrotask. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const coalesced = (key: string) => ({ type: 'coalesced', policy: 'users', key });

describe('coalesced calls', () => {
  it('with the same key share one execution and its very result', async () => {
    const { keyed, works, at, reported } = coalescing();
    const results = [keyed('7'), keyed('7'), keyed('7')];
    await settled();
    expect(works).toHaveLength(1);
    expect(reported).toEqual([coalesced('7'), coalesced('7')]);
    const answer = { id: '7' };
    at(0).resolve(answer);
    for (const result of await Promise.all(results)) expect(result).toBe(answer);
  });

  it('share an error, too', async () => {
    const { keyed, works, at } = coalescing();
    const results = [ended(keyed('7')), ended(keyed('7', { signal: new AbortController().signal }))];
    const broken = new Error('broken');
    at(0).reject(broken);
    await expect(Promise.all(results)).resolves.toEqual([broken, broken]);
    expect(works).toHaveLength(1);
  });

  it('with other keys, or none, share with nobody', async () => {
    const { keyed, works, reported } = coalescing();
    for (const key of ['7', '8', '', undefined, undefined]) void keyed(key);
    await settled();
    expect([works.length, reported]).toEqual([5, []]);
    void keyed('');
    await settled();
    expect([works.length, reported]).toEqual([5, [coalesced('')]]);
  });

  it.each(['resolve', 'reject'] as const)('keep nothing once it has ended: %s', async (how) => {
    const { keyed, works, at } = coalescing();
    // A caller that calls again the moment it has its result.
    const again = ended(keyed('7')).then(() => keyed('7'));
    const signal = new AbortController().signal;
    const alsoAgain = ended(keyed('7', { signal })).then(() => keyed('7'));
    at(0)[how]('first');
    await settled();
    expect(works).toHaveLength(2);
    at(1).resolve('second');
    await expect(Promise.all([again, alsoAgain])).resolves.toEqual(['second', 'second']);
  });

  it('report nothing while nobody listens', async () => {
    let told = 0;
    const events = { observed: false, next: () => void (told += 1) };
    const parts = { clock: new VirtualClock(), events, random: () => 0.5 };
    const policy = new CoalescePolicy('users', coalesceSettings({}), parts);
    const call = execution({ options: { key: '7' } });
    const work = deferred<unknown>();
    const results = [policy.execute(call, () => work.promise), policy.execute(call, () => work.promise)];
    work.resolve('ok');
    await expect(Promise.all(results)).resolves.toEqual(['ok', 'ok']);
    expect(told).toBe(0);
  });

  it('go on with the calls under way through a reconfiguration', async () => {
    const { policy, keyed, run, works } = coalescing();
    void keyed('7');
    policy.reconfigure(coalesceSettings({ key: () => 'always' }));
    void keyed('7');
    const subject = { instance: {}, args: [] };
    const method = {};
    void run({ subject, method });
    void run({ subject, method });
    await settled();
    expect(works).toHaveLength(2);
  });
});

describe('coalesced calls of a method', () => {
  const key = (id: string) => (id === 'own' ? undefined : id);
  const instance = {};
  const find = {};
  const call = (id: unknown, overrides: Partial<Execution> = {}) => ({
    method: find,
    subject: { instance, args: [id, 'more'] },
    ...overrides,
  });

  it('have the key of their arguments', async () => {
    const { run, works, reported } = coalescing({ key });
    for (const id of ['7', '7', '8', 'own', 'own']) void run(call(id));
    await settled();
    expect([works.length, reported]).toEqual([4, [coalesced('7')]]);
  });

  it('share neither between instances, nor between methods, nor with calls that are of none', async () => {
    const { run, works, reported } = coalescing({ key });
    void run(call('7'));
    void run(call('7', { method: {} }));
    void run(call('7', { subject: { instance: {}, args: ['7'] } }));
    void run({ options: { key: '7' } });
    await settled();
    expect([works.length, reported]).toEqual([4, []]);
    void run(call('7'));
    await settled();
    expect(works).toHaveLength(4);
  });

  it('take the key of the call where the policy has no function', async () => {
    const { run, works } = coalescing();
    void run(call('7', { options: { key: 'a' } }));
    void run(call('8', { options: { key: 'a' } }));
    void run(call('8'));
    await settled();
    expect(works).toHaveLength(2);
  });

  it.each([
    ['threw "bug"', throwing],
    ['returned 7', () => 7 as never],
    ['returned null', () => null as never],
  ])('bring to light that the function %s', async (what, wrong) => {
    const { run, works } = coalescing({ key: wrong });
    const error = await ended(run(call('7')));
    expect(error).toMatchObject({ code: 'PREDICATE_FAILED', policy: 'users', option: 'coalesce.key' });
    expect((error as Error).message).toBe(
      `Policy "users": coalesce.key ${what} when asked with the arguments of a call. ` +
        'Make it return a text, or undefined for a call that shares with none, for every call.',
    );
    expect(works).toEqual([]);
  });

  it('check that the key is a function', () => {
    expect(problemsOf(coalesceCheck, {})).toEqual([]);
    expect(problemsOf(coalesceCheck, { key })).toEqual([]);
    expect(problemsOf(coalesceCheck, { key: 'id' })).toEqual(['x.key: Invalid value "id". Use a function.']);
    expect(problemsOf(coalesceCheck, { keys: key })).toEqual(['x.keys: Unknown option. Known options: key.']);
  });
});

function throwing(): never {
  throw new Error('bug');
}

describe('a shared call', () => {
  it('goes on while anybody waits for it', async () => {
    const { keyed, at } = coalescing();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = ended(keyed('7', { signal: first.signal }));
    const two = ended(keyed('7', { signal: second.signal }));
    first.abort('the first leaves');
    await expect(one).resolves.toBe('the first leaves');
    expect(at(0).execution.signal?.aborted).toBe(false);
    at(0).resolve('ok');
    await expect(two).resolves.toBe('ok');
    second.abort('too late');
    expect(at(0).execution.signal?.aborted).toBe(false);
  });

  it('is aborted when the last one leaves, and can be joined no more', async () => {
    const { keyed, works, at } = coalescing();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = ended(keyed('7', { signal: first.signal }));
    const two = ended(keyed('7', { signal: second.signal }));
    let told: unknown;
    (at(0).execution.scope as { onAbort: () => void }).onAbort = () =>
      (told = at(0).execution.signal?.aborted);
    second.abort('the second leaves');
    first.abort('the first leaves');
    await expect(Promise.all([one, two])).resolves.toEqual(['the first leaves', 'the second leaves']);
    expect(at(0).execution.signal?.reason).toBe('the first leaves');
    expect(told).toBe(true);

    const three = keyed('7');
    expect(works).toHaveLength(2);
    // What the aborted work says now concerns nobody, nor does its end open the way for a third.
    at(0).reject(new Error('aborted'));
    await settled();
    const four = keyed('7');
    expect(works).toHaveLength(2);
    at(1).resolve('ok');
    await expect(Promise.all([three, four])).resolves.toEqual(['ok', 'ok']);
  });

  it.each(['resolve', 'reject'] as const)('is left alone by a caller who has it already: %s', async (how) => {
    const { keyed, at } = coalescing();
    const leaving = new AbortController();
    const result = ended(keyed('7', { signal: leaving.signal }));
    at(0)[how]('over');
    await result;
    leaving.abort('bye');
    expect(at(0).execution.signal?.aborted).toBe(false);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
  });

  it('is not aborted while somebody waits who cannot leave', async () => {
    const { keyed, at } = coalescing();
    const leaving = new AbortController();
    const patient = keyed('7');
    const one = ended(keyed('7', { signal: leaving.signal }));
    leaving.abort('bye');
    await expect(one).resolves.toBe('bye');
    expect(at(0).execution.signal?.aborted).toBe(false);
    at(0).resolve('ok');
    await expect(patient).resolves.toBe('ok');
  });

  it('ends by the time-out of the last one as by a time-out', async () => {
    const { keyed, at } = coalescing();
    const leaving = new AbortController();
    const expired = new TimeoutError('users', 100, 'total');
    const one = ended(keyed('7', { signal: leaving.signal }));
    leaving.abort(expired);
    await one;
    expect(at(0).execution.signal?.reason).toBe(expired);
  });

  it('keeps a cooperative caller that is the last until the work has ended', async () => {
    const { keyed, at } = coalescing();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = ended(keyed('7', { signal: first.signal, cooperative: true }));
    let over = false;
    const two = ended(keyed('7', { signal: second.signal, cooperative: true })).finally(() => (over = true));
    first.abort('the first leaves');
    await expect(one).resolves.toBe('the first leaves');
    second.abort('the second leaves');
    await settled();
    expect([over, at(0).execution.signal?.aborted]).toEqual([false, true]);
    at(0).resolve('in spite of it');
    await expect(two).resolves.toBe('in spite of it');
  });

  it('ends for a caller whom the work itself aborts as it starts', async () => {
    const { keyed } = coalescing();
    const leaving = new AbortController();
    let signal: AbortSignal | undefined;
    const result = keyed('7', { signal: leaving.signal }, (given) => {
      signal = given.signal;
      leaving.abort('bye');
      return new Promise(() => {});
    });
    await expect(result).rejects.toBe('bye');
    expect(signal?.aborted).toBe(true);
  });

  it('belongs to nobody: its signal is its own and its deadline is none', async () => {
    const { run, works, at } = coalescing();
    const caller = new AbortController().signal;
    const context = { deadline: 1_000, signal: caller, priority: 'high' } as const;
    let inside = {};
    runInContext(context, () => {
      void run({ options: { key: '7' }, caller, signal: caller, deadline: 1_000, attempt: 3 }, (given) => {
        works.push({ ...deferred<unknown>(), execution: given });
        inside = currentContext();
        return new Promise(() => {});
      });
    });
    const { signal, caller: own, deadline, attempt, scope } = at(0).execution;
    expect([signal === caller, own === signal, scope?.signal === signal]).toEqual([false, true, true]);
    expect([deadline, attempt]).toEqual([Infinity, 3]);
    expect(inside).toEqual({ priority: 'high', signal, sharedCall: expect.anything() });
  });

  it('is left by a caller whose deadline nobody else keeps', async () => {
    const { clock, keyed, at, works } = coalescing();
    const early = ended(keyed('7', { deadline: 100 }));
    const late = keyed('7', { deadline: 500 });
    await clock.advance(99);
    expect(at(0).execution.signal?.aborted).toBe(false);
    await clock.advance(1);
    await expect(early).resolves.toMatchObject({ code: 'TIMEOUT', scope: 'deadline', policy: 'users' });
    expect([at(0).execution.deadline, at(0).execution.signal?.aborted]).toEqual([Infinity, false]);
    at(0).resolve('ok');
    await expect(late).resolves.toBe('ok');
    expect([clock.pending, works.length]).toEqual([0, 1]);

    await expect(keyed('7', { deadline: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(works).toHaveLength(1);
  });

  it('leaves a deadline to the timeout that keeps it', async () => {
    const { clock, keyed } = coalescing();
    const scope = { signal: new AbortController().signal, onAbort: undefined };
    void keyed('7', { deadline: 100, scope });
    expect(clock.pending).toBe(0);
  });

  it('is not joined from inside of itself, which would wait for ever', async () => {
    const { keyed, reported } = coalescing();
    let depth = 0;
    const recursing: Next = async () => {
      depth += 1;
      await settled();
      if (depth === 1) return keyed('7', {}, async () => keyed('8', {}, recursing));
      if (depth === 2) return keyed('7', {}, recursing);
      return depth;
    };
    await expect(keyed('7', {}, recursing)).resolves.toBe(3);
    expect([depth, reported]).toEqual([3, []]);
  });

  it.each([2, 3])('is not joined by one of %d that need each other in a circle', async (size) => {
    const { keyed, reported } = coalescing();
    const gate = deferred<void>();
    let made = 0;
    const step =
      (index: number, depth: number): Next =>
      async () => {
        made += 1;
        await gate.promise;
        if (depth === 0) return `${index}`;
        const needed = (index + 1) % size;
        return `${index}(${String(await keyed(`${needed}`, {}, step(needed, depth - 1)))})`;
      };
    const all = Array.from({ length: size }, (_, index) => keyed(`${index}`, {}, step(index, 1)));
    gate.resolve();
    const results = await Promise.race([Promise.all(all), settled()]);
    // All but one join the next. The last would close the circle, and makes its own.
    expect([made, reported.length]).toEqual([size + 1, size - 1]);
    expect((results as string[]).at(-1)).toBe(`${size - 1}(0)`);
  });

  it('is joined again by one that it no longer waits for', async () => {
    const { keyed, works, at, enter, inside } = coalescing();
    void enter('a');
    void enter('b');
    const join = (by: string, key: string, signal?: AbortSignal) =>
      inside[by]?.(() => ended(keyed(key, signal ? { signal } : {})));
    const leaving = [new AbortController(), new AbortController()] as const;
    // a waits for b, twice.
    for (const { signal } of leaving) void join('a', 'b', signal);
    void join('b', 'a');
    expect(works).toHaveLength(3);
    leaving[0].abort();
    void join('b', 'a');
    expect(works).toHaveLength(4);
    leaving[1].abort();
    const joined = join('b', 'a');
    expect(works).toHaveLength(4);
    at(0).resolve('of a');
    await expect(joined).resolves.toBe('of a');
  });

  it('is not kept apart by one that waited for it and is over', async () => {
    const { keyed, works, at, enter, inside } = coalescing();
    void enter('a');
    const between = enter('between');
    void enter('b');
    void inside['a']?.(() => keyed('between'));
    // It joins b without waiting for it, and ends.
    void inside['between']?.(() => keyed('b'));
    at(1).resolve('over');
    await between;
    const joined = inside['b']?.(() => keyed('a'));
    await settled();
    expect(works).toHaveLength(3);
    at(0).resolve('of a');
    await expect(joined).resolves.toBe('of a');
  });

  it('is not joined by the first steps of one that it is about to wait for', async () => {
    const { keyed } = coalescing();
    const result = keyed('a', {}, async () => keyed('b', {}, () => keyed('a', {}, async () => 'of its own')));
    await expect(Promise.race([result, settled()])).resolves.toBe('of its own');
  });

  it('always ends, whichever need each other', async () => {
    const needs = fc.array(fc.array(fc.nat(4), { size: 'max', maxLength: 3 }), {
      minLength: 5,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(needs, fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }), async (needed, pauses) => {
        const { keyed } = coalescing();
        const call = (key: number, depth: number): Promise<unknown> =>
          keyed(`${key}`, {}, async () => {
            for (let pause = 0; pause < (pauses[key] ?? 0); pause += 1) await Promise.resolve();
            const below = depth === 0 ? [] : (needed[key] ?? []);
            for (const next of below) await call(next, depth - 1);
            return key;
          });
        const all = needed.map((_, key) => call(key, 3));
        await expect(Promise.race([Promise.all(all), settled()])).resolves.toEqual([0, 1, 2, 3, 4]);
      }),
      { numRuns: 200 },
    );
  });

  it('may be joined from what another one left behind', async () => {
    const { keyed, at, works } = coalescing();
    let later!: () => Promise<unknown>;
    await keyed('7', {}, async () => {
      later = bound(() => keyed('8'));
      return 'ok';
    });
    const first = keyed('8');
    const second = later();
    at(0).resolve('shared');
    await expect(Promise.all([first, second])).resolves.toEqual(['shared', 'shared']);
    expect(works).toHaveLength(1);
  });

  it('earns a share of a retry once, however many join it', async () => {
    const { keyed, run } = coalescing();
    let earned = 0;
    const budget = { deposit: () => (earned += 1), withdraw: () => true };
    void keyed('7', { budget });
    void keyed('7', { budget });
    await settled();
    expect(earned).toBe(1);
    void run({ budget });
    await settled();
    expect(earned).toBe(2);
    await keyed('9', { budget }, () => keyed('9', { budget }, async () => 'inner'));
    expect(earned).toBe(4);
  });
});

/** Runs work in the context that is current now. */
function entering(): <T>(work: () => T) => T {
  const context = currentContext();
  return (work) => runInContext(context, work);
}

/** The work in the context that is current now. */
function bound<T>(work: () => T): () => T {
  const enter = entering();
  return () => enter(work);
}
