import { jest } from '@jest/globals';
import { config } from 'rxjs';
import { type CircuitBreakerOptions } from '../src/circuit-breaker/circuit-breaker.options.js';
import { bench, broken, deferred, ended, fail, succeed, withStatus } from './support.js';

function breaker(options: CircuitBreakerOptions = {}) {
  const { define, registry, clock } = bench();
  const pipeline = define({ circuitBreaker: options });
  const execute = (call: () => Promise<unknown>) => pipeline.execute(call);
  const times = async (count: number, call: () => Promise<unknown>) => {
    for (let n = 0; n < count; n += 1) await ended(execute(call));
  };
  return { clock, registry, execute, times, state: () => registry.state('users') };
}

describe('defects of opossum that do not reach the user', () => {
  it('rejected calls do not dilute the failure rate', async () => {
    const { times, state, clock } = breaker();
    await times(5, fail);
    await times(500, fail);
    await clock.advance(60_000);
    await times(3, succeed);
    expect(state()).toBe('closed');
    await times(5, fail);
    expect(state()).toBe('open');
  });

  it('the first failure of a new or idle breaker does not open it', async () => {
    const { times, state, clock } = breaker({ consecutiveFailures: false });
    await times(9, fail);
    expect(state()).toBe('closed');
    await clock.advance(60_000);
    await times(9, fail);
    expect(state()).toBe('closed');
  });

  it('a success that began before the circuit opened does not close it while it is half-open', async () => {
    const { times, execute, state, clock } = breaker();
    const slow = deferred();
    const early = execute(() => slow.promise);
    await times(5, fail);
    await clock.advance(60_000);
    const trial = deferred();
    const running = ended(execute(() => trial.promise));
    slow.resolve('late');
    await expect(early).resolves.toBe('late');
    expect(state()).toBe('half-open');
    trial.reject(broken);
    await running;
    expect(state()).toBe('open');
  });

  it('a failure that began before the circuit opened does not open it while it is half-open, or after it closed', async () => {
    const { times, execute, state, clock } = breaker();
    const slow = Array.from({ length: 12 }, () => deferred());
    const early = slow.map(({ promise }) => ended(execute(() => promise)));
    await times(5, fail);
    await clock.advance(60_000);
    for (const call of slow.slice(0, 6)) call.reject(broken);
    await Promise.all(early.slice(0, 6));
    expect(state()).toBe('half-open');
    await times(3, succeed);
    for (const call of slow.slice(6)) call.reject(broken);
    await Promise.all(early);
    expect(state()).toBe('closed');
  });

  it('an ignored error neither closes a half-open circuit nor counts as a success', async () => {
    const { times, state, clock } = breaker();
    await times(5, fail);
    await clock.advance(60_000);
    await times(5, () => Promise.reject(withStatus(404)));
    expect(state()).toBe('half-open');
  });

  it('a trial that hangs does not block the circuit for ever', async () => {
    const { times, execute, state, clock } = breaker();
    await times(5, fail);
    await clock.advance(60_000);
    for (let n = 0; n < 3; n += 1) void ended(execute(() => new Promise(() => {})));
    await clock.advance(59_999);
    expect(state()).toBe('half-open');
    await clock.advance(1);
    expect(state()).toBe('open');
    await clock.advance(60_000);
    await times(3, succeed);
    expect(state()).toBe('closed');
  });

  it('a predicate that throws settles the call, says so, and counts as a failure', async () => {
    const { execute, times, state } = breaker({
      recordIf: () => {
        throw new Error('bug');
      },
    });
    await expect(execute(fail)).rejects.toMatchObject({
      code: 'PREDICATE_FAILED',
      option: 'circuitBreaker.recordIf',
      callError: broken,
      cause: new Error('bug'),
    });
    await times(4, fail);
    expect(state()).toBe('open');
  });

  it('a timeout aborts its own call only, and later calls start with a fresh signal', async () => {
    const { define, clock } = bench();
    const pipeline = define({ timeout: { attempt: 100 }, circuitBreaker: {} });
    const signals: AbortSignal[] = [];
    const hang = () =>
      ended(
        pipeline.execute(({ signal }) => {
          signals.push(signal);
          return new Promise(() => {});
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

  it('a function that returns nothing, and one that throws, are calls like any other', async () => {
    const { execute, times, state } = breaker();
    await expect(execute((() => undefined) as never)).resolves.toBeUndefined();
    const thrower = () => {
      throw broken;
    };
    await expect(execute(thrower)).rejects.toBe(broken);
    await times(4, thrower);
    expect(state()).toBe('open');
  });

  it('a listener that throws changes no outcome', async () => {
    const unhandled = jest.fn();
    config.onUnhandledError = unhandled;
    const { registry, execute, times, state } = breaker();
    registry.events$.subscribe(() => {
      throw new Error('listener');
    });
    await times(4, fail);
    await expect(execute(fail)).rejects.toBe(broken);
    expect(state()).toBe('open');
    await new Promise((resolve) => setTimeout(resolve));
    expect(unhandled).toHaveBeenCalled();
    config.onUnhandledError = null;
  });

  it("the user's options object stays as it was, and can be shared", async () => {
    const { registry } = bench();
    const options: CircuitBreakerOptions = Object.freeze({ consecutiveFailures: 2 });
    registry.define('two', { circuitBreaker: options });
    const one = registry.define('one', { circuitBreaker: options });
    for (let n = 0; n < 2; n += 1) await ended(one.execute(fail));
    expect([registry.state('one'), registry.state('two')]).toEqual(['open', 'closed']);
    expect(options).toEqual({ consecutiveFailures: 2 });
  });

  it('a threshold of 100 percent opens when every call failed', async () => {
    const { times, state } = breaker({ consecutiveFailures: false, failureRateThreshold: 100 });
    await times(10, fail);
    expect(state()).toBe('open');
  });

  it('a breaker runs no timer, neither idle nor open', async () => {
    const timers = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'setInterval')];
    const { times, clock } = breaker();
    await times(5, fail);
    expect(clock.pending).toBe(0);
    for (const timer of timers) {
      expect(timer).not.toHaveBeenCalled();
      timer.mockRestore();
    }
  });
});
