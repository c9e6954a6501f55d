import { PredicateError } from '../src/errors/predicate.error.js';
import { bench, wrong } from './support.js';
import { circuit, ended, fail, settingsOf, succeed } from './circuit-breaker.support.js';

describe('a result that counts as a failure', () => {
  const empty = (result: unknown) => (result as { items?: unknown[] }).items?.length === 0;
  const nothing = { items: [] };

  it('reaches the caller all the same', async () => {
    const { execute, times, breaker } = circuit({ recordIfResult: empty });
    await expect(execute(() => Promise.resolve(nothing))).resolves.toBe(nothing);
    await times(3, () => Promise.resolve(nothing));
    expect(breaker.state).toBe('closed');
    await times(1, () => Promise.resolve(nothing));
    expect(breaker.state).toBe('open');
  });

  it('fails a trial', async () => {
    const { times, breaker, clock, events } = circuit({ recordIfResult: empty });
    await times(5, fail);
    await clock.advance(60_000);
    await times(1, () => Promise.resolve(nothing));
    expect(breaker.state).toBe('open');
    expect(events.at(-1)).toMatchObject({ reason: 'trial-failed' });
  });

  it('is one that the predicate names, and no other', async () => {
    const { times, breaker } = circuit({ recordIfResult: empty });
    await times(50, () => Promise.resolve({ items: [1] }));
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('ends the call with a clear error, and counts as a failure, when the predicate throws', async () => {
    const bug = new TypeError('items is undefined');
    const { execute, times, breaker } = circuit({
      recordIfResult: () => {
        throw bug;
      },
    });
    const error = await ended(execute(() => Promise.resolve('answer')));
    expect(error).toMatchObject({
      code: 'PREDICATE_FAILED',
      option: 'circuitBreaker.recordIfResult',
      cause: bug,
    });
    await times(4, succeed);
    expect(breaker.state).toBe('open');
  });

  it('is not asked about the end of a stream', async () => {
    const { stream, breaker } = circuit({ recordIfResult: () => true });
    for (let n = 0; n < 10; n += 1) await stream().finish();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 10, failures: 0 });
  });
});

describe('a bug in the options', () => {
  it('is no failure of what is called, whatever the predicates say', async () => {
    const { execute, breaker } = circuit({ consecutiveFailures: 1, recordIf: () => true });
    const bug = new PredicateError('users', 'chaos.enabled', undefined, new Error('bug'));
    await expect(execute(() => Promise.reject(bug))).rejects.toBe(bug);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });
});

describe('a call that was given up from further out', () => {
  const abort = async (reason: unknown) => {
    const { execute, breaker } = circuit({ recordIf: () => true });
    const controller = new AbortController();
    const calls = Array.from({ length: 10 }, () =>
      ended(execute(() => new Promise(() => {}), { signal: controller.signal })),
    );
    controller.abort(reason);
    await Promise.all(calls);
    return breaker.snapshot();
  };

  it('counts for nothing, whatever recordIf says', async () => {
    expect(await abort(new Error('the slower one'))).toMatchObject({ state: 'closed', calls: 0 });
  });
});

describe('an attempt that was aborted within the pipeline', () => {
  it('counts for nothing when a hedge gave it up, whatever its work says', async () => {
    const { define, registry, clock } = bench();
    const pipeline = define({ hedge: { delay: '100ms' }, circuitBreaker: { recordIf: () => true } });
    for (let n = 0; n < 5; n += 1) {
      const slow = pipeline.execute(async ({ number, signal }) => {
        if (number > 1) return 'second';
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      });
      await clock.advance(100);
      await expect(slow).resolves.toBe('second');
    }
    expect(registry.admin.get('users')).toMatchObject({ calls: 5, failures: 0 });
  });

  it('still counts when it is the total time that is up', async () => {
    const { define, registry, clock } = bench();
    const pipeline = define({ timeout: '1s', circuitBreaker: {} });
    const hanging = ended(pipeline.execute(() => new Promise(() => {})));
    await clock.advance(1_000);
    await hanging;
    expect(registry.admin.get('users')).toMatchObject({ calls: 1, failures: 1 });
  });

  it('still counts when a cooperative total is up and the work ends with an error of its own', async () => {
    const { define, registry, clock } = bench();
    const pipeline = define({ timeout: { total: '1s', mode: 'cooperative' }, circuitBreaker: {} });
    const hanging = ended(
      pipeline.execute(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      ),
    );
    await clock.advance(1_000);
    await hanging;
    expect(registry.admin.get('users')).toMatchObject({ calls: 1, failures: 1 });
  });
});

describe('options that cannot work', () => {
  it.each<[object, string]>([
    [
      { consecutiveFailures: false, failureRateThreshold: false },
      'Nothing opens it. Leave consecutiveFailures, failureRateThreshold or slowCallRateThreshold on.',
    ],
    [
      { minimumCalls: 11, slidingWindow: { type: 'count', size: 10 } },
      "minimumCalls: A window of 10 calls never holds 11. Use at most the window's size.",
    ],
    [{ slowCallRateThreshold: 0 }, 'slowCallRateThreshold: Invalid value 0. Use a number from 1 to 100.'],
    [{ slowCallDuration: 0 }, 'slowCallDuration: Invalid value 0.'],
    [
      { slowCallDuration: 1 },
      'slowCallDuration: Nothing asks for it without slowCallRateThreshold. Give that as well, or leave it out.',
    ],
    [{ mode: 'off' }, "mode: Invalid value \"off\". Use 'enforcing' or 'metrics-only'."],
    [{ recordIfResult: true }, 'recordIfResult: Invalid value true. Use a function.'],
    [{ recordIf: 1 }, 'recordIf: Invalid value 1. Use a function.'],
    [{ consecutiveFailures: 0 }, 'consecutiveFailures: Invalid value 0.'],
    [{ failureRateThreshold: 101 }, 'failureRateThreshold: Invalid value 101.'],
    [{ minimumCalls: 0 }, 'minimumCalls: Invalid value 0.'],
    [{ halfOpenMaxCalls: 0 }, 'halfOpenMaxCalls: Invalid value 0.'],
    [{ maxHalfOpenDuration: 0 }, 'maxHalfOpenDuration: Invalid value 0.'],
    [{ slidingWindow: { type: 'time', size: 9 } }, 'slidingWindow.size: Invalid value 9.'],
    [{ slidingWindow: { type: 'count', size: 0 } }, 'slidingWindow.size: Invalid value 0.'],
    [{ slidingWindow: { size: 5 } }, 'slidingWindow.type: Missing.'],
    [{ slidingWindow: null }, 'slidingWindow: Invalid value null.'],
  ])('are refused at boot: %p', (options, message) => {
    expect(() => settingsOf(options)).toThrow(message);
  });

  it.each([7, 'x', true])('are refused when they are no options at all: %p', (options) => {
    expect(() => settingsOf(options as never)).toThrow('Use an object.');
  });

  it('may be on by the rate of slow calls alone, and by a window that its minimum just fills', () => {
    const settings = settingsOf({
      consecutiveFailures: false,
      failureRateThreshold: false,
      slowCallRateThreshold: 1,
      minimumCalls: 10,
      slidingWindow: { type: 'count', size: 10 },
    });
    expect(settings).toMatchObject({ slowCallRateThreshold: 1, minimumCalls: 10 });
  });

  it('may say how long a slow call takes where its rate is switched off on purpose', () => {
    expect(settingsOf({ slowCallRateThreshold: false, slowCallDuration: 5 })).toMatchObject({
      slowCallRateThreshold: false,
      slowCallDurationMs: 5,
    });
  });

  it('take the default where they are undefined', () => {
    expect(settingsOf(wrong({ minimumCalls: undefined, openDuration: undefined }))).toEqual(settingsOf({}));
    expect(settingsOf({})).toEqual({
      consecutiveFailures: 5,
      failureRateThreshold: 50,
      slowCallRateThreshold: false,
      slowCallDurationMs: 60_000,
      minimumCalls: 10,
      slidingWindow: { type: 'time', size: '30s' },
      openDuration: 60_000,
      halfOpenMaxCalls: 3,
      maxHalfOpenDurationMs: 60_000,
      recordIf: undefined,
      recordIfResult: undefined,
      mode: 'enforcing',
    });
  });
});
