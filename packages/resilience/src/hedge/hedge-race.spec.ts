import { getEventListeners } from 'node:events';
import { currentContext, runInContext } from '@rookery/common';
import { execution } from '../../test/executions.js';
import { hedging } from '../../test/hedging.js';
import { ended, withStatus } from '../../test/support.js';
import { CircuitOpenError } from '../circuit-breaker/circuit-open.error.js';
import { PredicateError } from '../errors/predicate.error.js';
import { AttemptCounter } from '../pipeline/attempt-counter.js';
import { TimeoutError } from '../timeout/timeout.error.js';
import { HedgeLostError } from './hedge-lost.error.js';

const broken = new Error('broken');
const alsoBroken = new Error('also broken');

describe('a hedge', () => {
  it('leaves a call alone that is answered before the delay', async () => {
    const { clock, tries, run, at, reported } = hedging();
    const leaving = new AbortController();
    const result = run({ signal: leaving.signal });
    await clock.advance(99);
    at(0).resolve('quick');
    await expect(result).resolves.toBe('quick');
    leaving.abort();
    expect([tries.length, clock.pending, reported, at(0).signal.aborted]).toEqual([1, 0, [], false]);
  });

  it('starts another attempt after the delay, and takes whichever answers first', async () => {
    const { clock, tries, run, at, reported } = hedging();
    const result = run();
    await clock.advance(99);
    expect(tries).toHaveLength(1);
    await clock.advance(1);
    expect(tries.map(({ execution: { attempt } }) => attempt)).toEqual([1, 2]);
    expect(reported).toEqual([{ type: 'hedge', policy: 'users', attempt: 2, delayMs: 100 }]);
    at(1).resolve('second');
    await expect(result).resolves.toBe('second');
    expect(at(0).signal.reason).toBeInstanceOf(HedgeLostError);
    expect(at(1).signal.aborted).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('aborts the hedge when the first attempt answers after all', async () => {
    const { clock, run, at } = hedging();
    const result = run();
    await clock.advance(100);
    at(0).resolve('first');
    await expect(result).resolves.toBe('first');
    expect([at(0).signal.aborted, at(1).signal.aborted]).toEqual([false, true]);
    expect(at(1).signal.reason).toMatchObject({ code: 'HEDGE_LOST', policy: 'users' });
    expect((at(1).signal.reason as Error).message).toBe(
      'Policy "users": another attempt of this call answered first, so nobody waits for this one. ' +
        'Stop the work; there is nothing to report.',
    );
  });

  it('gives each attempt the race for a caller, so that a loser is recorded nowhere', async () => {
    const { clock, run, at } = hedging();
    const caller = new AbortController().signal;
    void run({ caller, signal: caller });
    await clock.advance(100);
    for (const index of [0, 1]) {
      const { execution: given, signal } = at(index);
      expect(given.caller).toBe(signal);
      expect(signal).not.toBe(caller);
    }
    expect(at(0).signal).not.toBe(at(1).signal);
  });

  it('tells a loser first-hand that it lost, where there is a scope for that', async () => {
    const { clock, run, at } = hedging();
    const outer = { signal: new AbortController().signal, onAbort: undefined };
    void run({ signal: outer.signal, scope: outer });
    await clock.advance(100);
    const [loser, winner] = [at(0), at(1)];
    expect([loser.execution.scope?.signal, winner.execution.scope?.signal]).toEqual([
      loser.signal,
      winner.signal,
    ]);
    let told: unknown;
    (loser.execution.scope as { onAbort: () => void }).onAbort = () => (told = loser.signal.aborted);
    winner.resolve('second');
    await clock.advance(0);
    expect(told).toBe(true);
  });

  it('makes no scope where there is none, because a scope says that a timeout keeps the deadline', () => {
    const { run, at } = hedging();
    void run({ deadline: 1_000 });
    expect(at(0).execution.scope).toBeUndefined();
  });

  it('does not care for what becomes of a loser', async () => {
    let asked = 0;
    const { clock, run, at, reported } = hedging({ delay: 100, hedgeIf: () => (asked += 1) > 0 });
    const result = run();
    await clock.advance(100);
    at(1).resolve('second');
    await expect(result).resolves.toBe('second');
    at(0).reject(broken);
    await clock.advance(1_000);
    expect([reported.length, asked]).toEqual([1, 0]);

    const other = run();
    await clock.advance(100);
    at(2).resolve('third');
    at(3).resolve('too late');
    await expect(other).resolves.toBe('third');
  });

  it('leaves nothing behind at the signal of the call', async () => {
    const { clock, run, at } = hedging();
    const { signal } = new AbortController();
    const result = run({ signal });
    await clock.advance(100);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    at(0).resolve('first');
    await result;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('adds attempts up to their number, each after another delay', async () => {
    const { clock, tries, run, at } = hedging({ delay: 100, attempts: 3 });
    const result = run({ attempt: 5, attempts: counterAt(7) });
    await clock.advance(199);
    expect(tries).toHaveLength(2);
    await clock.advance(1);
    expect(tries.map(({ execution: { attempt } }) => attempt)).toEqual([5, 8, 9]);
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(tries).toHaveLength(3);
    at(2).resolve('third');
    await expect(result).resolves.toBe('third');
    expect([at(0).signal.aborted, at(1).signal.aborted, at(2).signal.aborted]).toEqual([true, true, false]);
  });

  it('starts its attempts in the context of the call, whatever moves the clock', async () => {
    const { clock, policy } = hedging();
    const { signal } = new AbortController();
    const contexts: unknown[] = [];
    const result = runInContext({ signal }, () =>
      policy.execute(execution(), async ({ attempt }) => {
        contexts.push(currentContext());
        return attempt === 1 ? new Promise(() => {}) : 'ok';
      }),
    );
    await runInContext({ deadline: 5 }, () => clock.advance(100));
    await expect(result).resolves.toBe('ok');
    expect(contexts).toEqual([{ signal }, { signal }]);
  });
});

/** A counter that gave this number last. */
function counterAt(last: number): AttemptCounter {
  const counter = new AttemptCounter();
  while (counter.next() < last);
  return counter;
}

describe('a failure in a race', () => {
  it('is followed by the next attempt at once, also when no other is out', async () => {
    const { clock, tries, run, at, reported } = hedging();
    const result = run();
    await clock.advance(10);
    at(0).reject(broken);
    await clock.advance(0);
    expect(reported).toEqual([{ type: 'hedge', policy: 'users', attempt: 2, delayMs: 0 }]);
    at(1).resolve('second');
    await expect(result).resolves.toBe('second');
    expect([tries.length, clock.pending]).toEqual([2, 0]);
  });

  it('restarts the delay, which counts from the latest attempt', async () => {
    const { clock, tries, run, at } = hedging({ delay: 100, attempts: 3 });
    void run();
    await clock.advance(60);
    at(0).reject(broken);
    await clock.advance(99);
    expect([tries.length, clock.pending]).toEqual([2, 1]);
    await clock.advance(1);
    expect(tries).toHaveLength(3);
  });

  it("ends the call with the first attempt's error when all fail, whoever fails last", async () => {
    const { clock, run, at } = hedging();
    const late = run();
    await clock.advance(100);
    at(1).reject(alsoBroken);
    await clock.advance(0);
    at(0).reject(broken);
    await expect(late).rejects.toBe(broken);

    const early = run();
    await clock.advance(100);
    at(2).reject(broken);
    await clock.advance(0);
    at(3).reject(alsoBroken);
    await expect(early).rejects.toBe(broken);
    expect(clock.pending).toBe(0);
  });

  it('waits for the attempts that are out when there is no further one', async () => {
    const { clock, tries, run, at } = hedging();
    const result = run();
    await clock.advance(100);
    at(0).reject(broken);
    await clock.advance(500);
    expect(tries).toHaveLength(2);
    at(1).resolve('second');
    await expect(result).resolves.toBe('second');
  });

  it.each([
    ['a 4xx answer', withStatus(404)],
    ['a predicate that threw', new PredicateError('users', 'x', broken, new Error('bug'))],
  ])('that is %s is the answer', async (_what, answer) => {
    const { clock, tries, run, at } = hedging();
    const result = run();
    await clock.advance(100);
    at(1).reject(answer);
    await expect(result).rejects.toBe(answer);
    expect([tries.length, at(0).signal.aborted, clock.pending]).toEqual([2, true, 0]);
  });

  it.each([
    ['hedgeIf', { delay: 100, attempts: 3, hedgeIf: () => false }, {}],
    ['the retryIf of the call', { delay: 100, attempts: 3 }, { options: { retryIf: () => false } }],
  ])('is the answer when %s says so', async (_who, options, overrides) => {
    const { clock, tries, run, at } = hedging(options);
    const result = run(overrides);
    await clock.advance(100);
    at(1).reject(broken);
    await expect(result).rejects.toBe(broken);
    expect([tries.length, at(0).signal.aborted, clock.pending]).toEqual([2, true, 0]);
  });

  it('is shown to hedgeIf and to the retryIf of the call with its attempt', async () => {
    const asked: unknown[] = [];
    const hedgeIf = (...about: unknown[]) => asked.push('hedgeIf', ...about) > 0;
    const retryIf = (...about: unknown[]) => asked.push('retryIf', ...about) > 0;
    const { clock, run, at } = hedging({ delay: 100, hedgeIf });
    void ended(run({ options: { retryIf } }));
    await clock.advance(100);
    at(1).reject(broken);
    await clock.advance(0);
    expect(asked).toEqual(['hedgeIf', broken, 2, 'retryIf', broken, 2]);
  });

  it.each([
    ['hedge.hedgeIf', { hedgeIf: throwing }, {}],
    ['retry.retryIf', {}, { options: { retryIf: throwing } }],
  ])('brings to light that %s throws', async (option, more, overrides) => {
    const { clock, run, at } = hedging({ delay: 100, attempts: 3, ...more });
    const result = run(overrides);
    await clock.advance(100);
    at(0).reject(broken);
    await expect(result).rejects.toMatchObject({ code: 'PREDICATE_FAILED', option, callError: broken });
    expect([at(1).signal.aborted, clock.pending]).toEqual([true, 0]);
  });

  it('that asks to stay away is followed by no further attempt', async () => {
    const { clock, tries, run, at } = hedging({ delay: 100, attempts: 4 });
    const result = run();
    await clock.advance(100);
    at(0).reject(Object.assign(new Error('busy'), { retryAfterMs: 1 }));
    await clock.advance(1_000);
    expect([tries.length, clock.pending]).toEqual([2, 0]);
    at(1).resolve('second');
    await expect(result).resolves.toBe('second');
  });

  it('that asks for no pause is followed by the next attempt', async () => {
    const { clock, tries, run, at } = hedging();
    void run();
    at(0).reject(Object.assign(new Error('busy'), { retryAfterMs: 0 }));
    await clock.advance(0);
    expect(tries).toHaveLength(2);
  });
});

function throwing(): never {
  throw new Error('bug');
}

describe('a rejection in a race', () => {
  const rejection = new CircuitOpenError('users', 1_000);

  it('of the only attempt ends the call, and starts no other', async () => {
    const { clock, tries, run, at } = hedging();
    const result = run();
    at(0).reject(rejection);
    await expect(result).rejects.toBe(rejection);
    expect([tries.length, clock.pending]).toEqual([1, 0]);
  });

  it('of a hedge leaves the first attempt alone', async () => {
    const { clock, run, at } = hedging();
    const result = run();
    await clock.advance(100);
    at(1).reject(rejection);
    await clock.advance(0);
    expect(at(0).signal.aborted).toBe(false);
    at(0).resolve('first');
    await expect(result).resolves.toBe('first');
  });

  it('tells less than a failure, whichever attempt it was', async () => {
    const { clock, run, at } = hedging();
    const result = run();
    await clock.advance(100);
    at(0).reject(rejection);
    await clock.advance(0);
    at(1).reject(broken);
    await expect(result).rejects.toBe(broken);
  });

  it("is the first attempt's when all are turned away", async () => {
    const { clock, run, at } = hedging();
    const result = run();
    await clock.advance(100);
    at(1).reject(new CircuitOpenError('users', 2_000));
    await clock.advance(0);
    at(0).reject(rejection);
    await expect(result).rejects.toBe(rejection);
  });
});

describe('a result in a race', () => {
  const hedgeIfResult = (result: unknown) => result === 'bad';

  it('that is not good enough is followed by the next attempt at once', async () => {
    const { clock, tries, run, at } = hedging({ delay: 100, hedgeIfResult });
    const result = run();
    at(0).resolve('bad');
    await clock.advance(0);
    expect(tries).toHaveLength(2);
    at(1).resolve('good');
    await expect(result).resolves.toBe('good');
  });

  it("is the first attempt's when none is good enough", async () => {
    const { clock, run, at } = hedging({ delay: 100, hedgeIfResult });
    const result = run();
    at(0).resolve('bad');
    await clock.advance(0);
    at(1).reject(broken);
    await expect(result).resolves.toBe('bad');
  });

  it('is taken as it is once the caller has left', async () => {
    const { clock, tries, run, at } = hedging({ delay: 100, hedgeIfResult });
    const leaving = new AbortController();
    const result = run({ signal: leaving.signal });
    leaving.abort('bye');
    at(0).resolve('bad');
    await expect(result).resolves.toBe('bad');
    expect([tries.length, clock.pending]).toEqual([1, 0]);
  });

  it('brings to light that hedgeIfResult throws', async () => {
    const { run, at } = hedging({ delay: 100, hedgeIfResult: throwing });
    const result = run();
    at(0).resolve('bad');
    await expect(result).rejects.toMatchObject({
      code: 'PREDICATE_FAILED',
      option: 'hedge.hedgeIfResult',
      callError: undefined,
    });
  });
});

describe('the abort of a hedged call', () => {
  it.each(['bye', new TimeoutError('users', 150, 'total')])(
    'reaches every attempt with its reason, %s, and ends the race when all have ended',
    async (reason) => {
      const { clock, tries, run, at } = hedging({ delay: 100, attempts: 3 });
      const leaving = new AbortController();
      let over = false;
      const { signal } = leaving;
      const result = ended(run({ signal, caller: signal })).finally(() => (over = true));
      await clock.advance(100);
      leaving.abort(reason);
      expect([at(0).signal.reason, at(1).signal.reason]).toEqual([reason, reason]);
      expect(clock.pending).toBe(0);
      at(1).reject(reason);
      await clock.advance(1_000);
      expect([tries.length, over]).toEqual([2, false]);
      at(0).reject(reason);
      await expect(result).resolves.toBe(reason);
    },
  );

  it('does not throw away what came in spite of it', async () => {
    const { clock, run, at } = hedging();
    const leaving = new AbortController();
    const result = run({ signal: leaving.signal });
    await clock.advance(100);
    leaving.abort('bye');
    at(0).reject('bye');
    at(1).resolve('second');
    await expect(result).resolves.toBe('second');
  });
});
