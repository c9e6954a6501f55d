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
    const { define, clock } = bench();
    const pipeline = define({ timeout: 150, retry: { backoff: { delay: 200, jitter: 'none' } } });
    await expect(pipeline.execute(fail)).rejects.toBe(broken);
    expect(clock.pending).toBe(0);
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
