import { getEventListeners } from 'node:events';
import {
  CallerGoneError,
  currentContext,
  DeadlineExceededError,
  remainingTime,
  runInContext,
  runInFreshContext,
  runWithDeadline,
} from '@rookery/common';
import { type Attempt, TimeoutError } from '@rookery/resilience';
import { bench, broken, deferred, ended, fail, succeed } from './support.js';

const hang = () => new Promise<never>(() => {});

describe('timeout', () => {
  it('rejects at once when the time is up, and aborts the signal with the same error', async () => {
    const { define, clock, events } = bench();
    let attempt: Attempt | undefined;
    const result = ended(
      define({ timeout: '2s' }).execute((given) => {
        attempt = given;
        return hang();
      }),
    );
    await clock.advance(1_999);
    expect(attempt?.signal.aborted).toBe(false);
    await clock.advance(1);
    const error = await result;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      status: 504,
      policy: 'users',
      timeoutMs: 2_000,
      scope: 'total',
    });
    expect(attempt?.signal.reason).toBe(error);
    expect(events).toEqual([{ type: 'timeout', policy: 'users', scope: 'total', timeoutMs: 2_000 }]);
  });

  it('leaves neither timer nor listener behind when the call ends in time', async () => {
    const { define, clock } = bench();
    const pipeline = define({ timeout: { total: 100, attempt: 50 } });
    await expect(pipeline.execute(succeed)).resolves.toBe('ok');
    await expect(pipeline.execute(fail)).rejects.toBe(broken);
    expect(clock.pending).toBe(0);
  });

  it('lets what the call does afterwards go nowhere', async () => {
    const { define, clock } = bench();
    for (const policies of [{ timeout: 100 }, { timeout: { attempt: 100 }, circuitBreaker: {} }]) {
      const late = deferred();
      const pipeline = bench().registry.define('late', policies);
      const timed = define({ timeout: 100 });
      const result = ended(timed.execute(() => pipeline.execute(() => late.promise)));
      await clock.advance(100);
      await expect(result).resolves.toBeInstanceOf(TimeoutError);
      late.reject(broken);
      // Jest fails the test when a rejection stays unhandled.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('ends a call that aborts its own caller and then hangs', async () => {
    const { define } = bench();
    const leaving = new AbortController();
    const call = () => {
      leaving.abort('bye');
      return hang();
    };
    await expect(define({ circuitBreaker: {} }).execute(call, { signal: leaving.signal })).rejects.toBe(
      'bye',
    );
  });

  it('gives each attempt its own time and signal, and all of them the total', async () => {
    const { define, clock } = bench();
    const signals: AbortSignal[] = [];
    const result = ended(
      define({
        timeout: { total: 1_000, attempt: 300 },
        retry: { attempts: 9, backoff: { delay: 0 } },
      }).execute(({ signal }) => {
        signals.push(signal);
        return hang();
      }),
    );
    await clock.advance(1_000);
    await expect(result).resolves.toMatchObject({ scope: 'total', timeoutMs: 1_000 });
    expect(signals.map(({ reason }) => (reason as TimeoutError).scope)).toEqual([
      'attempt',
      'attempt',
      'attempt',
      'total',
    ]);
  });

  it('is a failure for the breaker inside of it, so that a hanging dependency opens the circuit', async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({ timeout: 100, circuitBreaker: {} });
    for (let n = 0; n < 5; n += 1) {
      const result = ended(pipeline.execute(hang));
      await clock.advance(100);
      expect(await result).toBeInstanceOf(TimeoutError);
    }
    expect(registry.state('users')).toBe('open');
  });

  it.each([
    [{ timeout: 1_000 }, 300, 300],
    [{ timeout: 300 }, 1_000, 300],
    [{}, 300, 300],
  ])('is the shorter one of the policy and the call: %j and %p', async (policies, timeout, expected) => {
    const { define, clock } = bench();
    const result = ended(define(policies).execute(hang, { timeout }));
    await clock.advance(expected);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT', timeoutMs: expected, scope: 'total' });
    expect(clock.pending).toBe(0);
  });

  it('is a failure also for a breaker further inside, whose caller it is that gave up', async () => {
    const { define, clock, registry } = bench();
    const inner = registry.define('inner', { circuitBreaker: { consecutiveFailures: 1 } });
    const outer = define({ timeout: 100 });
    const result = ended(outer.execute(() => inner.execute(hang)));
    await clock.advance(100);
    await result;
    expect(registry.state('inner')).toBe('open');
  });

  it('shows the calls inside what is left of it', async () => {
    const { define, clock } = bench();
    let left = 0;
    await define({ timeout: { total: 1_000, attempt: 400 } }).execute(async ({ signal }) => {
      await clock.advance(100);
      left = remainingTime(clock);
      expect(currentContext().signal).toBe(signal);
    });
    expect(left).toBe(300);
  });

  it("takes the caller's deadline when that is shorter, and says so", async () => {
    const { define, clock } = bench();
    const pipeline = define({ timeout: '5s' });
    const { signal } = new AbortController();
    const result = runWithDeadline(clock, 200, signal, () => ended(pipeline.execute(hang)));
    await clock.advance(200);
    await expect(result).resolves.toMatchObject({ scope: 'deadline', timeoutMs: 200 });
  });

  it("does not begin a call after the caller's deadline, and no breaker hears of it", async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({ timeout: '5s', circuitBreaker: { consecutiveFailures: 1 } });
    let called = false;
    const { signal } = new AbortController();
    const late = runWithDeadline(clock, 0, signal, () => pipeline.execute(async () => (called = true)));
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', scope: 'deadline' });
    expect([called, registry.state('users')]).toEqual([false, 'closed']);
  });

  it("does not begin a call after the caller's deadline without a limit of its own either", async () => {
    const { define, clock } = bench();
    let called = false;
    // The signal has not heard of it yet, as when the process stood still.
    const { signal } = new AbortController();
    const late = runWithDeadline(clock, 0, signal, () =>
      define({ retry: 3 }).execute(async () => (called = true)),
    );
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT', scope: 'deadline', timeoutMs: 0 });
    expect(called).toBe(false);
  });

  it('is a failure of what was called when the signal of the request tells of it first', async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({ circuitBreaker: { consecutiveFailures: 1 } });
    const request = new AbortController();
    const call = runWithDeadline(clock, 200, request.signal, () => ended(pipeline.execute(hang)));
    request.abort(new DeadlineExceededError(200));
    await expect(call).resolves.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(registry.state('users')).toBe('open');
  });

  it('is no failure of anything when the caller of the request has left', async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({ circuitBreaker: { consecutiveFailures: 1 } });
    const request = new AbortController();
    const call = runWithDeadline(clock, 200, request.signal, () => ended(pipeline.execute(hang)));
    request.abort(new CallerGoneError());
    await expect(call).resolves.toMatchObject({ code: 'CALLER_GONE' });
    expect(registry.state('users')).toBe('closed');
  });
});

describe("the caller's abort", () => {
  it.each(['given with the call', 'of the running call'] as const)(
    'reaches the attempt and ends the call with its reason, with the signal %s',
    async (how) => {
      const { define, clock, registry } = bench();
      const pipeline = define({ timeout: '5s', retry: 3, circuitBreaker: { consecutiveFailures: 1 } });
      const { signal, abort } = bind(new AbortController());
      let attempt: Attempt | undefined;
      const call = (given: Attempt) => {
        attempt = given;
        return hang();
      };
      const result =
        how === 'of the running call'
          ? runInContext({ signal }, () => ended(pipeline.execute(call)))
          : ended(pipeline.execute(call, { signal }));
      await clock.advance(1);
      abort('bye');
      await expect(result).resolves.toBe('bye');
      expect(attempt?.signal.reason).toBe('bye');
      // It says nothing about what was called.
      expect([registry.state('users'), clock.pending]).toEqual(['closed', 0]);
    },
  );

  it('may be one signal for many calls, which leave nothing there', async () => {
    const { define } = bench();
    const { signal } = new AbortController();
    const pipeline = define({ timeout: '1s', circuitBreaker: {} });
    const call = deferred();
    const calls = Array.from({ length: 50 }, () => pipeline.execute(() => call.promise, { signal }));
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThanOrEqual(50);
    call.resolve('ok');
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('before the call prevents it', async () => {
    const { define } = bench();
    let called = false;
    const call = define({}).execute(async () => (called = true), { signal: AbortSignal.abort('bye') });
    await expect(call).rejects.toBe('bye');
    expect(called).toBe(false);
  });

  it('frees the permit of a half-open trial', async () => {
    const { define, registry, clock } = bench();
    const pipeline = define({ circuitBreaker: { halfOpenMaxCalls: 1 } });
    for (let n = 0; n < 5; n += 1) await ended(pipeline.execute(fail));
    await clock.advance(60_000);
    const { signal, abort } = bind(new AbortController());
    const trial = ended(pipeline.execute(hang, { signal }));
    abort('bye');
    await trial;
    await expect(pipeline.execute(succeed)).resolves.toBe('ok');
    expect(registry.state('users')).toBe('closed');
  });
});

function bind(controller: AbortController) {
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
}

describe("a call's own limit", () => {
  it('leaves no timer behind', async () => {
    const { clock, define } = bench();
    let timers = 0;
    const schedule = clock.schedule.bind(clock);
    clock.schedule = (...args) => {
      timers += 1;
      const task = schedule(...args);
      return { cancel: () => ((timers -= 1), task.cancel()) };
    };
    const pipeline = define({});
    for (let call = 0; call < 50; call += 1) await pipeline.execute(succeed, { timeout: 30_000 });
    expect(timers).toBe(0);
  });

  it('is no failure of a circuit when its time had passed before the call began', async () => {
    const { clock, registry, define } = bench();
    const pipeline = define({ circuitBreaker: { consecutiveFailures: 1 }, timeout: { attempt: '1s' } });
    let made = 0;
    const late = { deadline: clock.monotonic() - 1 };
    const call = () => pipeline.execute(() => Promise.resolve((made += 1)));
    await expect(runInFreshContext(late, call)).rejects.toMatchObject({ code: 'TIMEOUT', scope: 'deadline' });
    expect([made, registry.state('users')]).toEqual([0, 'closed']);
  });
});
