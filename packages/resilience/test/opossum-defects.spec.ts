import { jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import { type CircuitBreakerOptions } from '../src/circuit-breaker/circuit-breaker.options.js';
import { OPOSSUM_OPTIONS } from '../src/circuit-breaker/opossum.parts.js';
import { collectGarbage } from './collect-garbage.js';
import { bench, broken, deferred, ended, fail, succeed, withStatus } from './support.js';

/**
 * The defects of opossum 10, by their numbers in the notes on it. Each test shows the defect in bare opossum first: if
 * that part fails one day, opossum has mended it.
 */
const made: CircuitBreaker[] = [];

/** opossum as its users have it, but for the options of the defect. */
function bare(action: (...args: never[]) => unknown, options: CircuitBreaker.Options = {}): CircuitBreaker {
  const breaker = new CircuitBreaker(action as (...args: unknown[]) => Promise<unknown>, {
    timeout: false,
    resetTimeout: 1_000,
    ...options,
  });
  made.push(breaker);
  return breaker;
}

const repeat = async (count: number, call: () => Promise<unknown>) => {
  for (let n = 0; n < count; n += 1) await ended(call());
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

const never = () => new Promise(() => {});

/** Keeps what opossum's own handlers throw, which is otherwise an unhandled rejection. */
function watched(work: Promise<unknown>, lost: unknown[]) {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- opossum asks for one
    then: (resolve: (result: unknown) => void) => ({
      catch: (reject: (error: unknown) => void) => {
        work
          .then(resolve)
          .catch(reject)
          .catch((error: unknown) => lost.push(error));
      },
    }),
  };
}

function ours(options: CircuitBreakerOptions = {}) {
  const { define, registry, clock } = bench();
  const pipeline = define({ circuitBreaker: options });
  const execute = (call: () => Promise<unknown>) => pipeline.execute(call);
  const times = (count: number, call: () => Promise<unknown>) => repeat(count, () => execute(call));
  return { clock, registry, execute, times, state: () => registry.state('users') };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
});

afterEach(() => {
  for (const breaker of made.splice(0)) breaker.shutdown();
  jest.useRealTimers();
});

describe('defects of opossum that do not reach the user', () => {
  it('defect 1: rejections dilute the error rate', async () => {
    let healthy = false;
    const opossum = bare(() => (healthy ? succeed() : fail()), { volumeThreshold: 5 });
    await repeat(505, () => opossum.fire());
    healthy = true;
    jest.advanceTimersByTime(1_000);
    await opossum.fire();
    healthy = false;
    await repeat(400, () => opossum.fire());
    expect(opossum.closed).toBe(true);

    const { times, state, clock } = ours();
    await times(505, fail);
    await clock.advance(60_000);
    await times(3, succeed);
    expect(state()).toBe('closed');
    await times(5, fail);
    expect(state()).toBe('open');
  });

  it('defect 2: rejections of the bulkhead count as failures', async () => {
    const opossum = bare(never, { capacity: 1, volumeThreshold: 2 });
    void opossum.fire();
    await repeat(2, () => opossum.fire());
    expect(opossum.opened).toBe(true);

    const { define, registry } = bench();
    const pipeline = define({ bulkhead: 1, circuitBreaker: { consecutiveFailures: 2 } });
    const work = deferred<number>();
    const first = pipeline.execute(() => work.promise);
    await repeat(50, () => pipeline.execute(succeed));
    expect(registry.state('users')).toBe('closed');
    work.resolve(1);
    await first;
  });

  it('defect 3: outcomes of calls from before it opened decide the half-open state', async () => {
    const early = deferred<unknown>();
    let action: () => Promise<unknown> = () => early.promise;
    const opossum = bare(() => action());
    const first = opossum.fire();
    action = fail;
    await ended(opossum.fire());
    jest.advanceTimersByTime(1_000);
    action = never;
    void opossum.fire();
    early.resolve('late');
    await first;
    expect(opossum.closed).toBe(true);

    const { times, execute, state, clock } = ours();
    const slow = Array.from({ length: 12 }, () => deferred<unknown>());
    const calls = slow.map(({ promise }) => ended(execute(() => promise)));
    await times(5, fail);
    await clock.advance(60_000);
    const trial = deferred<unknown>();
    const running = ended(execute(() => trial.promise));
    slow[0]?.resolve('late');
    slow[1]?.reject(broken);
    await Promise.all(calls.slice(0, 2));
    expect(state()).toBe('half-open');
    trial.resolve('ok');
    await running;
    await times(2, succeed);
    for (const call of slow.slice(2)) call.reject(broken);
    await Promise.all(calls);
    expect(state()).toBe('closed');
  });

  it('defect 4: ignored errors close the half-open state', async () => {
    const opossum = bare(fail, { errorFilter: () => opossum.halfOpen });
    await ended(opossum.fire());
    jest.advanceTimersByTime(1_000);
    await ended(opossum.fire());
    expect(opossum.closed).toBe(true);

    const { times, state, clock } = ours();
    await times(5, fail);
    await clock.advance(60_000);
    await times(5, () => Promise.reject(withStatus(404)));
    expect(state()).toBe('half-open');
  });

  it('defect 5: a trial that hangs blocks the half-open state for ever', async () => {
    let action: () => Promise<unknown> = fail;
    const opossum = bare(() => action());
    await ended(opossum.fire());
    jest.advanceTimersByTime(1_000);
    action = never;
    void opossum.fire();
    jest.advanceTimersByTime(60_000);
    await expect(opossum.fire()).rejects.toMatchObject({ code: 'EOPENBREAKER' });
    expect(opossum.halfOpen).toBe(true);

    const { times, execute, state, clock } = ours();
    await times(5, fail);
    await clock.advance(60_000);
    for (let n = 0; n < 3; n += 1) void ended(execute(never));
    await clock.advance(59_999);
    expect(state()).toBe('half-open');
    await clock.advance(1);
    expect(state()).toBe('open');
    await clock.advance(60_000);
    await times(3, succeed);
    expect(state()).toBe('closed');
  });

  it('defect 6: a predicate that throws leaves the call pending', async () => {
    const bug = new Error('bug');
    const predicate = () => {
      throw bug;
    };
    const settled = jest.fn();
    const lost: unknown[] = [];
    void ended(bare(() => watched(fail(), lost), { errorFilter: predicate }).fire()).then(settled);
    await turn();
    expect(settled).not.toHaveBeenCalled();
    expect(lost).toEqual([bug]);

    const { execute, times, state } = ours({ recordIf: predicate });
    await expect(execute(fail)).rejects.toMatchObject({
      code: 'PREDICATE_FAILED',
      option: 'circuitBreaker.recordIf',
      callError: broken,
      cause: bug,
    });
    await times(4, fail);
    expect(state()).toBe('open');
  });

  it('defect 7: a timeout aborts the other calls, and those that come later', async () => {
    const abortController = new AbortController();
    const opossum = bare(never, { timeout: 100, abortController, volumeThreshold: 100 });
    void ended(opossum.fire());
    jest.advanceTimersByTime(60);
    void ended(opossum.fire());
    jest.advanceTimersByTime(40);
    await turn();
    // The signal of the second call, which has 60 ms left, and of every call from now on.
    expect(abortController.signal.aborted).toBe(true);

    const { define, clock } = bench();
    const pipeline = define({ timeout: { attempt: 100 }, circuitBreaker: {} });
    const signals: AbortSignal[] = [];
    const hang = () =>
      ended(
        pipeline.execute(({ signal }) => {
          signals.push(signal);
          return never();
        }),
      );
    const first = hang();
    await clock.advance(60);
    void hang();
    await clock.advance(40);
    await first;
    void hang();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false]);
    await clock.advance(1_000);
  });

  it('defect 8: work that was given up gives its place away while it goes on', async () => {
    let running = 0;
    const work = () => {
      running += 1;
      return never();
    };
    const opossum = bare(work, { timeout: 100, capacity: 1, volumeThreshold: 100 });
    for (let n = 0; n < 4; n += 1) {
      void ended(opossum.fire());
      jest.advanceTimersByTime(100);
      await turn();
    }
    expect(running).toBe(4);

    const { define, clock } = bench();
    const pipeline = define({ timeout: { attempt: 100 }, bulkhead: 1, circuitBreaker: {} });
    running = 0;
    const calls: Promise<unknown>[] = [];
    for (let n = 0; n < 4; n += 1) {
      calls.push(ended(pipeline.execute(work)));
      await clock.advance(100);
    }
    await Promise.all(calls);
    expect(running).toBe(1);
  });

  it('defect 9: a function without a result is a failure, or throws', async () => {
    const nothing = () => undefined;
    const opossum = bare(nothing, { volumeThreshold: 100 });
    await expect(opossum.fire()).rejects.toBeInstanceOf(TypeError);
    opossum.disable();
    expect(() => opossum.fire()).toThrow(TypeError);

    const { registry, execute, times, state } = ours();
    await expect(execute(nothing as never)).resolves.toBeUndefined();
    registry.admin.disable('users', { reason: 'test' });
    await expect(execute(nothing as never)).resolves.toBeUndefined();
    registry.admin.forceClose('users', { reason: 'test' });
    const thrower = () => {
      throw broken;
    };
    await expect(execute(thrower)).rejects.toBe(broken);
    await times(4, thrower);
    expect(state()).toBe('open');
  });

  it('defect 10: a listener that throws makes the call fail', async () => {
    const listener = () => {
      throw new Error('listener');
    };
    const opossum = bare(succeed);
    opossum.on('success', listener);
    await expect(opossum.fire()).rejects.toThrow('listener');

    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { registry, execute, times, state } = ours();
    registry.events$.subscribe(listener);
    await times(4, fail);
    await expect(execute(fail)).rejects.toBe(broken);
    expect(state()).toBe('open');
    expect(warned).toHaveBeenCalled();
    warned.mockRestore();
  });

  it('defect 11: the options object is changed, and what is shared by it is shared by breakers', async () => {
    const shared: CircuitBreaker.Options = { cache: true, timeout: false };
    const [a, b] = [
      new CircuitBreaker(async () => 'of a', shared),
      new CircuitBreaker(async () => 'of b', shared),
    ];
    made.push(a, b);
    await a.fire();
    await expect(b.fire()).resolves.toBe('of a');
    expect(Object.keys(shared).length).toBeGreaterThan(10);

    const { registry } = bench();
    const options: CircuitBreakerOptions = Object.freeze({ consecutiveFailures: 2 });
    registry.define('two', { circuitBreaker: options });
    const one = registry.define('one', { circuitBreaker: options });
    await repeat(2, () => one.execute(fail));
    expect([registry.state('one'), registry.state('two')]).toEqual(['open', 'closed']);
    expect(options).toEqual({ consecutiveFailures: 2 });
  });

  it('defect 12: calls that are coalesced go on sharing an error that is over', async () => {
    let calls = 0;
    const once = () => {
      calls += 1;
      return calls === 1 ? fail() : succeed();
    };
    const opossum = bare(once, { coalesce: true, volumeThreshold: 100 } as CircuitBreaker.Options);
    await ended(opossum.fire());
    jest.advanceTimersByTime(60_000);
    await expect(opossum.fire()).rejects.toBe(broken);

    const pipeline = bench().define({ coalesce: {}, circuitBreaker: {} });
    calls = 0;
    await expect(pipeline.execute(once, { key: 'k' })).rejects.toBe(broken);
    await expect(pipeline.execute(once, { key: 'k' })).resolves.toBe('ok');
  });

  it('defect 13: with a cache that answers later, the function is never called', async () => {
    const action = jest.fn(succeed);
    const cacheTransport = { get: async () => undefined, set() {}, flush() {} };
    const opossum = bare(action, { cache: true, cacheTransport });
    await expect(opossum.fire()).resolves.toBeUndefined();
    expect(action).not.toHaveBeenCalled();

    // The breaker keeps no results: caching is not its business.
    const { execute } = ours();
    await execute(action);
    await execute(action);
    expect(action).toHaveBeenCalledTimes(2);
  });

  it('defect 14: how long it has been open is taken from when it was made', async () => {
    const opossum = bare(fail);
    jest.advanceTimersByTime(600_000);
    await ended(opossum.fire());
    const { state } = opossum.toJSON();
    expect(bare(succeed, { state } as CircuitBreaker.Options).halfOpen).toBe(true);

    const { clock, times, registry } = ours();
    await clock.advance(600_000);
    await times(5, fail);
    expect(registry.admin.get('users').opened).toEqual({
      reason: 'consecutive-failures',
      since: clock.now(),
      until: clock.now() + 60_000,
    });
  });

  it('defect 15: with statistics to start from, the options of the window are ignored', async () => {
    const intervals = jest.spyOn(globalThis, 'setInterval');
    const status = { failures: 1, fires: 1 } as unknown as CircuitBreaker.Status;
    const controller = { rollingCountBuckets: 2, rotateBucketController: new EventEmitter() };
    const opossum = bare(succeed, { status, ...controller });
    expect(opossum.status.window).toHaveLength(10);
    expect(intervals).toHaveBeenCalled();
    intervals.mockClear();

    const window = { type: 'count', size: 4 } as const;
    const rate = { consecutiveFailures: false, minimumCalls: 4, slidingWindow: window } as const;
    const { registry, times } = ours(rate);
    await times(3, succeed);
    registry.reconfigure('users', { circuitBreaker: { ...rate, failureRateThreshold: 75 } });
    await times(1, fail);
    expect(registry.admin.get('users')).toMatchObject({ calls: 4, failures: 1 });
    await times(1, succeed);
    expect(registry.admin.get('users')).toMatchObject({ calls: 4, failures: 1 });
    expect(intervals).not.toHaveBeenCalled();
    intervals.mockRestore();
  });

  it('defect 16: a health check goes on after the end, and opens what was shut down', async () => {
    const opossum = bare(succeed);
    opossum.healthCheck(fail, 1_000);
    await turn();
    opossum.shutdown();
    jest.advanceTimersByTime(1_000);
    await turn();
    expect(opossum.opened).toBe(true);

    const { registry, clock, times } = ours();
    await times(5, fail);
    registry.remove('users');
    expect(clock.pending).toBe(0);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('defect 17: a time-out is counted twice', async () => {
    const opossum = bare(never, { timeout: 100, volumeThreshold: 100 });
    void ended(opossum.fire());
    jest.advanceTimersByTime(100);
    await turn();
    expect(opossum.status.window[0]).toMatchObject({ fires: 1, latencyTimes: [100, 100] });

    const { define, registry, clock } = bench();
    const pipeline = define({ timeout: { attempt: 100 }, circuitBreaker: {} });
    const call = ended(pipeline.execute(never));
    await clock.advance(100);
    await call;
    expect(registry.admin.get('users')).toMatchObject({ calls: 1, failures: 1 });
  });
});

describe('rules of opossum that are ours as documented', () => {
  it('does not open a new or idle breaker on its first failure', async () => {
    const opossum = bare(fail);
    await ended(opossum.fire());
    expect(opossum.opened).toBe(true);

    const { times, state, clock } = ours({ consecutiveFailures: false });
    await times(9, fail);
    await clock.advance(60_000);
    await times(9, fail);
    expect(state()).toBe('closed');
  });

  it('opens at 100 percent when every call failed', async () => {
    const opossum = bare(fail, { errorThresholdPercentage: 100 });
    await repeat(50, () => opossum.fire());
    expect(opossum.closed).toBe(true);

    const { times, state } = ours({ consecutiveFailures: false, failureRateThreshold: 100 });
    await times(10, fail);
    expect(state()).toBe('open');
  });

  it('stays as it is set by hand', async () => {
    const opossum = bare(succeed);
    opossum.open();
    jest.advanceTimersByTime(1_000);
    expect(opossum.opened).toBe(false);

    const { registry, clock, state } = ours();
    registry.admin.forceOpen('users', { reason: 'test' });
    await clock.advance(1e9);
    expect(state()).toBe('forced-open');
  });
});

describe('costs of opossum that are not paid', () => {
  it('runs no timer, neither idle, nor called, nor open', async () => {
    bare(succeed);
    expect(jest.getTimerCount()).toBe(2);
    made.pop()?.shutdown();
    expect(jest.getTimerCount()).toBe(0);

    const { times, clock } = ours();
    await times(3, succeed);
    await times(5, fail);
    expect(clock.pending).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leaves no listener at what all breakers share', async () => {
    const rotateBucketController = new EventEmitter().setMaxListeners(0);
    for (let n = 0; n < 20; n += 1) bare(succeed, { rotateBucketController });
    expect(rotateBucketController.listenerCount('rotate')).toBe(20);

    const { registry } = bench();
    const { status } = OPOSSUM_OPTIONS as unknown as { status: CircuitBreaker.Status & EventEmitter };
    for (let n = 0; n < 20; n += 1) {
      const pipeline = registry.define(`users ${n}`, { circuitBreaker: {} });
      await repeat(10, () => pipeline.execute(fail));
    }
    const shared = (status as unknown as { rotateBucketController: EventEmitter }).rotateBucketController;
    expect(shared.eventNames()).toEqual([]);
    expect(status.eventNames()).toEqual([]);
  });

  it('keeps nothing of a call', async () => {
    const opossum = bare(succeed, { rollingPercentilesEnabled: false });
    await repeat(100, () => opossum.fire());
    expect(opossum.status.window[0]).toMatchObject({ latencyTimes: { length: 100 } });

    const { times } = ours();
    await times(100, succeed);
    const { status } = OPOSSUM_OPTIONS as unknown as { status: CircuitBreaker.Status };
    expect(status.window[0]).toMatchObject({ fires: 0, latencyTimes: [] });
  });

  it('lets a breaker that nobody holds any more go, without a shutdown', async () => {
    jest.useRealTimers();
    const dropped = Array.from({ length: 20 }, () => new WeakRef(new CircuitBreaker(succeed).status));
    await collectGarbage();
    const left = dropped.map((ref) => ref.deref()).filter((status) => status !== undefined);
    for (const status of left) (status as unknown as { shutdown(): void }).shutdown();
    expect(left.length).toBe(20);

    const { registry } = bench();
    const refs = Array.from({ length: 20 }, (_, n) => {
      const name = `tenant ${n}`;
      const ref = new WeakRef(registry.define(name, { circuitBreaker: {} }));
      registry.remove(name);
      return ref;
    });
    await collectGarbage();
    expect(refs.filter((ref) => ref.deref())).toEqual([]);
  });
});
