import { CircuitOpenError, type ExecuteOptions, TimeoutError } from '@rookery/resilience';
import { type RetryOptions } from '../src/retry/retry.options.js';
import { bench, broken, ended, fail, withStatus } from './support.js';

/** A pipeline with retries and a call that fails as often as told. 0.5 is drawn for every jitter. */
function retrying(retry: number | RetryOptions = {}) {
  const { define, ...rest } = bench();
  const pipeline = define({ retry });
  let made = 0;
  const failing = (times: number, error: unknown = broken) => {
    made = 0;
    return async () => {
      made += 1;
      if (made <= times) throw error;
      return made;
    };
  };
  return { ...rest, pipeline, failing, made: () => made };
}

describe('retry', () => {
  it('makes three attempts by default, with doubling pauses under full jitter', async () => {
    const { pipeline, failing, clock, events } = retrying();
    const result = pipeline.execute(failing(2));
    await clock.advance(100 + 200);
    await expect(result).resolves.toBe(3);
    expect(events).toEqual([
      { type: 'retry', policy: 'users', attempt: 1, delayMs: 100, error: broken },
      { type: 'retry', policy: 'users', attempt: 2, delayMs: 200, error: broken },
    ]);
  });

  it("gives up with the last attempt's own error", async () => {
    const { pipeline, failing, clock, made } = retrying(2);
    const result = ended(pipeline.execute(failing(9)));
    await clock.advance(60_000);
    await expect(result).resolves.toBe(broken);
    expect(made()).toBe(2);
  });

  it('numbers the attempts and tells onRetry before each pause', async () => {
    const { pipeline, clock } = retrying({ backoff: { jitter: 'none' } });
    const numbers: number[] = [];
    const retries: unknown[] = [];
    const onRetry: ExecuteOptions['onRetry'] = (...told) => retries.push(told);
    const result = ended(
      pipeline.execute(
        ({ number }) => {
          numbers.push(number);
          return fail();
        },
        { onRetry },
      ),
    );
    await clock.advance(60_000);
    await result;
    expect(numbers).toEqual([1, 2, 3]);
    expect(retries).toEqual([
      [broken, 1, 200],
      [broken, 2, 400],
    ]);
  });

  it.each([
    ['a 4xx answer', withStatus(404)],
    ['an open circuit', new CircuitOpenError('other', 1_000)],
  ])('does not try again after %s', async (_what, error) => {
    const { pipeline, failing, made } = retrying({ retryIf: () => true });
    await expect(pipeline.execute(failing(9, error), { retryIf: () => true })).rejects.toBe(error);
    expect(made()).toBe(1);
  });

  it('tries again only when the policy and the call agree', async () => {
    const asked: unknown[] = [];
    const { pipeline, failing, made } = retrying({ retryIf: (...told) => asked.push(told) > 0 });
    await expect(pipeline.execute(failing(9), { retryIf: () => false })).rejects.toBe(broken);
    expect(made()).toBe(1);
    expect(asked).toEqual([[broken, 1]]);
  });

  it('ends with what is wrong when retryIf throws', async () => {
    const bug = new Error('bug');
    const { pipeline, failing } = retrying({
      retryIf: () => {
        throw bug;
      },
    });
    const error = await ended(pipeline.execute(failing(9)));
    expect(error).toMatchObject({ code: 'PREDICATE_FAILED', option: 'retry.retryIf', cause: bug });
  });

  it('stops in the middle of a pause when the caller aborts', async () => {
    const { pipeline, failing, clock, made } = retrying();
    const leaving = new AbortController();
    const result = ended(pipeline.execute(failing(9), { signal: leaving.signal }));
    await clock.advance(50);
    leaving.abort('bye');
    await expect(result).resolves.toBe('bye');
    expect([made(), clock.pending]).toEqual([1, 0]);
  });

  it('does not try again after the caller aborted, whatever the error is', async () => {
    const { pipeline } = retrying();
    const leaving = new AbortController();
    let made = 0;
    const result = pipeline.execute(
      async () => {
        made += 1;
        leaving.abort('bye');
        throw broken;
      },
      { signal: leaving.signal },
    );
    await expect(result).rejects.toBe('bye');
    expect(made).toBe(1);
  });

  it("does not try again when the caller's own time ran out", async () => {
    const { pipeline, events, clock } = retrying();
    const outer = new TimeoutError('outer', 10, 'total');
    const leaving = new AbortController();
    const result = ended(pipeline.execute(() => new Promise(() => {}), { signal: leaving.signal }));
    leaving.abort(outer);
    await expect(result).resolves.toBe(outer);
    expect([events, clock.pending]).toEqual([[], 0]);
  });

  it('ends at once when the pause is longer than the time that is left', async () => {
    const { define, events } = bench();
    const pipeline = define({ retry: { backoff: { delay: 150, jitter: 'none' } } });
    await expect(pipeline.execute(fail, { timeout: 150 })).rejects.toBe(broken);
    expect(events).toEqual([]);
  });

  it('ends when the circuit opens under it', async () => {
    const { define, clock } = bench();
    let made = 0;
    const pipeline = define({ retry: 10, circuitBreaker: { consecutiveFailures: 3 } });
    const result = ended(
      pipeline.execute(() => {
        made += 1;
        return fail();
      }),
    );
    await clock.advance(60_000);
    await expect(result).resolves.toBeInstanceOf(CircuitOpenError);
    expect(made).toBe(3);
  });
});

describe('a wait that the other side asks for', () => {
  const asking = (retryAfterMs: number) => Object.assign(new Error('busy'), { status: 503, retryAfterMs });

  it('lengthens the pause, and never shortens it', async () => {
    const { pipeline, clock, events } = retrying({ backoff: { jitter: 'none' } });
    const errors = [asking(150), asking(450)];
    const result = pipeline.execute(async ({ number }) => {
      const error = errors[number - 1];
      if (error) throw error;
      return number;
    });
    await clock.advance(200 + 450);
    await expect(result).resolves.toBe(3);
    expect(events).toMatchObject([{ delayMs: 200 }, { delayMs: 450 }]);
  });

  it('is read off the headers of what other libraries throw', async () => {
    const { pipeline, clock, events, failing } = retrying();
    const error = Object.assign(new Error('busy'), {
      response: { status: 503, headers: { 'retry-after': '3' } },
    });
    const result = pipeline.execute(failing(1, error));
    await clock.advance(3_000);
    await expect(result).resolves.toBe(2);
    expect(events).toMatchObject([{ delayMs: 3_000 }]);
  });

  it('is read off a result that asks for another attempt', async () => {
    const { pipeline, clock } = retrying({ retryIfResult: (answer) => (answer as Response).status === 503 });
    const answers = [new Response('', { status: 503, headers: { 'Retry-After': '2' } }), new Response('')];
    const result = pipeline.execute(async ({ number }) => answers[number - 1]);
    await clock.advance(1_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await expect(result).resolves.toBe(answers[1]);
  });

  it('ends the call at once with its own error when it is longer than may be waited', async () => {
    for (const [retry, limitMs] of [
      [{}, 30_000],
      [{ maxRetryAfter: '5s' }, 5_000],
    ] as const) {
      const { pipeline, clock, events } = retrying(retry);
      const tooLong = asking(limitMs + 1);
      await expect(pipeline.execute(() => Promise.reject(tooLong))).rejects.toBe(tooLong);
      expect([clock.pending, events]).toEqual([0, []]);
      const result = ended(pipeline.execute(() => Promise.reject(asking(limitMs))));
      await clock.advance(0);
      expect(events).toMatchObject([{ delayMs: limitMs }]);
      await clock.advance(2 * limitMs);
      await result;
    }
  });

  it('ends the call at once when it is longer than the time that is left', async () => {
    const { define, events } = bench();
    const busy = asking(1_000);
    const pipeline = define({ timeout: '1s', retry: {} });
    await expect(pipeline.execute(() => Promise.reject(busy))).rejects.toBe(busy);
    expect(events).toEqual([]);
  });

  it('is not looked at when the policy says so', async () => {
    const { pipeline, clock, events, failing } = retrying({ respectRetryAfter: false });
    const result = pipeline.execute(failing(1, asking(60_000)));
    await clock.advance(100);
    await expect(result).resolves.toBe(2);
    expect(events).toMatchObject([{ delayMs: 100 }]);
  });

  it('is not looked at when the call says that somebody else is asked next', async () => {
    const { pipeline, clock, events, failing } = retrying();
    const errors: unknown[] = [];
    const respectRetryAfter = (error: unknown) => errors.push(error) > 1;
    const busy = asking(60_000);
    const result = ended(pipeline.execute(failing(9, busy), { respectRetryAfter }));
    await clock.advance(100);
    await expect(result).resolves.toBe(busy);
    expect(events).toMatchObject([{ delayMs: 100 }]);
    expect(errors).toEqual([busy, busy]);
  });

  it('does not count as waited for decorrelated jitter, whose pauses add up on their own', async () => {
    const { pipeline, clock, events } = retrying({
      attempts: 4,
      backoff: { delay: 1_000, jitter: 'decorrelated' },
    });
    const errors = [asking(20_000), broken, broken];
    const result = pipeline.execute(async ({ number }) => {
      const error = errors[number - 1];
      if (error) throw error;
      return number;
    });
    await clock.advance(60_000);
    await expect(result).resolves.toBe(4);
    const curve = (t: number) => (1_000 * 2 ** t * Math.tanh(Math.sqrt(4 * t))) / 1.4;
    expect(events.map((event) => 'delayMs' in event && event.delayMs)).toEqual([
      20_000,
      expect.closeTo(curve(1.5) - curve(0.5), 6),
      expect.closeTo(curve(2.5) - curve(1.5), 6),
    ]);
  });
});

describe('a result that asks for another attempt', () => {
  it('is tried again until it is good', async () => {
    const asked: unknown[] = [];
    const { pipeline, clock, events } = retrying({
      retryIfResult: (result, attempt) => {
        asked.push([result, attempt]);
        return result !== 'ready';
      },
    });
    const retries: unknown[] = [];
    const result = pipeline.execute(async ({ number }) => (number === 2 ? 'ready' : 'pending'), {
      onRetry: (...told) => retries.push(told),
    });
    await clock.advance(100);
    await expect(result).resolves.toBe('ready');
    expect(asked).toEqual([
      ['pending', 1],
      ['ready', 2],
    ]);
    expect(events).toEqual([{ type: 'retry', policy: 'users', attempt: 1, delayMs: 100, error: undefined }]);
    expect(retries).toEqual([[undefined, 1, 100]]);
  });

  it('is returned as it is after the last attempt, which is not asked about', async () => {
    let asked = 0;
    const { pipeline, clock } = retrying({ attempts: 2, retryIfResult: () => (asked += 1) > 0 });
    const result = pipeline.execute(async ({ number }) => number);
    await clock.advance(1_000);
    await expect(result).resolves.toBe(2);
    expect(asked).toBe(1);
  });

  it('is returned as it is when there is no time left for another', async () => {
    const { define, events } = bench();
    const pipeline = define({ timeout: 100, retry: { retryIfResult: () => true } });
    await expect(pipeline.execute(async () => 'poor')).resolves.toBe('poor');
    expect(events).toEqual([]);
  });

  it('may be followed by an error, which is then the outcome', async () => {
    const { pipeline, clock } = retrying({ attempts: 2, retryIfResult: () => true });
    const result = ended(pipeline.execute(async ({ number }) => (number === 1 ? 'poor' : fail())));
    await clock.advance(1_000);
    await expect(result).resolves.toBe(broken);
  });

  it('ends with what is wrong when retryIfResult throws, and makes no further attempt', async () => {
    const bug = new Error('bug');
    let made = 0;
    const { pipeline } = retrying({
      retryIfResult: () => {
        throw bug;
      },
    });
    const error = await ended(pipeline.execute(async () => (made += 1)));
    expect(error).toMatchObject({ code: 'PREDICATE_FAILED', option: 'retry.retryIfResult', cause: bug });
    expect(made).toBe(1);
  });
});
