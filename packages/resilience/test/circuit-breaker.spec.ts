import { CircuitOpenError } from '@rookery/resilience';
import { type CircuitBreakerOptions } from '../src/circuit-breaker/circuit-breaker.options.js';
import { bench, broken, deferred, ended, fail, succeed, withStatus } from './support.js';

function breaker(options: CircuitBreakerOptions = {}) {
  const { define, registry, ...rest } = bench();
  const pipeline = define({ circuitBreaker: options });
  const execute = (call: () => Promise<unknown>) => pipeline.execute(call);
  const times = async (count: number, call: () => Promise<unknown>) => {
    for (let n = 0; n < count; n += 1) await ended(execute(call));
  };
  return { ...rest, execute, times, state: () => registry.state('users') };
}

/** A breaker that has just become half-open. */
async function halfOpen(options: CircuitBreakerOptions = {}) {
  const bound = breaker(options);
  await bound.times(5, fail);
  await bound.clock.advance(60_000);
  expect(bound.state()).toBe('half-open');
  return bound;
}

describe('circuit breaker', () => {
  it('passes results and errors through while closed', async () => {
    const { execute } = breaker();
    await expect(execute(succeed)).resolves.toBe('ok');
    await expect(execute(fail)).rejects.toBe(broken);
  });

  it('opens after five failures in a row by default', async () => {
    const { times, state } = breaker();
    await times(4, fail);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
  });

  it('starts counting failures in a row again after a success, however long ago they were', async () => {
    const { times, state, clock } = breaker();
    await times(4, fail);
    await times(1, succeed);
    await times(3, fail);
    await clock.advance(3_600_000);
    expect(state()).toBe('closed');
    await times(2, fail);
    expect(state()).toBe('open');
  });

  it('opens when the failure rate reaches the threshold, once the window holds enough calls', async () => {
    const { times, state, events } = breaker({ consecutiveFailures: false });
    await times(4, succeed);
    await times(3, fail);
    await times(1, succeed);
    await times(1, fail);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
    expect(events.at(-1)).toEqual({
      type: 'circuit-opened',
      policy: 'users',
      reason: 'failure-rate',
      openForMs: 60_000,
    });
  });

  it.each([1, 29, 33, 57, 100])('opens exactly at %p percent', async (percent) => {
    const { times, state } = breaker({
      consecutiveFailures: false,
      failureRateThreshold: percent,
      minimumCalls: 100,
    });
    await times(100 - percent, succeed);
    await times(percent - 1, fail);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
  });

  it('forgets calls that left a time window', async () => {
    const { times, state, clock } = breaker({
      consecutiveFailures: false,
      slidingWindow: { type: 'time', size: '10s' },
    });
    await times(9, fail);
    await clock.advance(10_000);
    await times(9, fail);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
  });

  it('forgets calls that left a count window', async () => {
    const { times, state } = breaker({
      consecutiveFailures: false,
      minimumCalls: 4,
      slidingWindow: { type: 'count', size: 4 },
    });
    await times(20, succeed);
    await times(1, fail);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
  });

  it('rejects at once while open, and says for how long', async () => {
    const { times, execute, clock } = breaker();
    await times(5, fail);
    await clock.advance(12_500);
    let called = false;
    const error = await ended(execute(async () => (called = true)));
    expect(called).toBe(false);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', status: 503, policy: 'users', retryAfterMs: 47_500 });
    expect((error as Error).message).toContain('circuit breaker is open');
  });

  it('admits exactly the trial calls while half-open, and closes when that many succeeded', async () => {
    const { execute, state } = await halfOpen();
    const calls = [deferred(), deferred(), deferred()];
    const trials = calls.map(({ promise }) => execute(() => promise));
    await expect(execute(succeed)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: 0 });
    calls[0]?.resolve(1);
    calls[1]?.resolve(1);
    await Promise.all(trials.slice(0, 2));
    await expect(execute(succeed)).rejects.toBeInstanceOf(CircuitOpenError);
    expect(state()).toBe('half-open');
    calls[2]?.resolve(1);
    await trials[2];
    expect(state()).toBe('closed');
  });

  it('opens again on one failed trial, for the whole duration', async () => {
    const { execute, state, clock, events } = await halfOpen();
    await execute(succeed);
    await ended(execute(fail));
    expect(state()).toBe('open');
    expect(events.at(-1)).toMatchObject({ reason: 'trial-failed' });
    await clock.advance(59_999);
    expect(state()).toBe('open');
    await clock.advance(1);
    expect(state()).toBe('half-open');
  });

  it('starts with no memory after it closed', async () => {
    const { times, state } = await halfOpen();
    await times(3, succeed);
    await times(4, fail);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
  });

  it.each([
    ['a 404 answer', () => Promise.reject(withStatus(404))],
    [
      'an error with a 4xx statusCode',
      () => Promise.reject(Object.assign(new Error('no'), { statusCode: 422 })),
    ],
    [
      'an error whose getStatus() is 4xx',
      () => Promise.reject(Object.assign(new Error('no'), { getStatus: () => 400 })),
    ],
  ])('counts %s for nothing', async (_what, call) => {
    const { times, state } = breaker();
    await times(4, fail);
    await times(50, call);
    expect(state()).toBe('closed');
    await times(1, fail);
    expect(state()).toBe('open');
  });

  it.each([408, 429, 500, 503])('counts a %p answer as a failure', async (status) => {
    const { times, state } = breaker();
    await times(5, () => Promise.reject(withStatus(status)));
    expect(state()).toBe('open');
  });

  it('counts what recordIf says', async () => {
    const { times, state } = breaker({ recordIf: (error) => (error as { status?: number }).status === 404 });
    await times(20, fail);
    expect(state()).toBe('closed');
    await times(5, () => Promise.reject(withStatus(404)));
    expect(state()).toBe('open');
  });

  it('counts a failure only when the call agrees', async () => {
    const { define, registry } = bench();
    const pipeline = define({ circuitBreaker: {} });
    for (let n = 0; n < 20; n += 1) await ended(pipeline.execute(fail, { recordIf: () => false }));
    expect(registry.state('users')).toBe('closed');
    for (let n = 0; n < 5; n += 1) await ended(pipeline.execute(fail, { recordIf: () => true }));
    expect(registry.state('users')).toBe('open');
  });

  it("counts another circuit's rejection for nothing", async () => {
    const { registry } = bench();
    const inner = registry.define('inner', { circuitBreaker: {} });
    const outer = registry.define('outer', { circuitBreaker: { consecutiveFailures: 10 } });
    for (let n = 0; n < 50; n += 1) await ended(outer.execute(() => inner.execute(fail)));
    expect(registry.state('inner')).toBe('open');
    expect(registry.state('outer')).toBe('closed');
  });

  it('gives the permit of an ignored trial back', async () => {
    const { execute, state, times } = await halfOpen();
    await times(10, () => Promise.reject(withStatus(404)));
    expect(state()).toBe('half-open');
    for (let n = 0; n < 3; n += 1) await execute(succeed);
    expect(state()).toBe('closed');
  });

  it('reports each change of state once', async () => {
    const { times, events } = await halfOpen();
    await times(3, succeed);
    expect(events.map(({ type }) => type)).toEqual(['circuit-opened', 'circuit-half-open', 'circuit-closed']);
  });

  it('takes a trial that ends too late for nothing, also when nobody looked in between', async () => {
    const { execute, state, clock, times } = await halfOpen({ maxHalfOpenDuration: '10s' });
    await times(2, succeed);
    const slow = deferred();
    const trial = execute(() => slow.promise);
    await clock.advance(10_000);
    slow.resolve('late');
    await expect(trial).resolves.toBe('late');
    expect(state()).toBe('open');
  });

  it('does not depend on when somebody looks', async () => {
    const { execute, state, clock } = await halfOpen({ maxHalfOpenDuration: '10s' });
    void ended(execute(() => new Promise(() => {})));
    // Overdue after 10 s, then open for 60 s: at 69.9 s it is still open although nobody looked at 10 s.
    await clock.advance(69_900);
    expect(state()).toBe('open');
    await clock.advance(100);
    expect(state()).toBe('half-open');
  });
});
