import { latest, type Sink } from './latest.js';

function source() {
  const stop = new AbortController();
  let sink: Sink<number> | undefined;
  let stopped = 0;
  const values = latest<number>((given) => {
    sink = given;
    return () => (stopped += 1);
  }, stop.signal);
  return {
    values,
    abort: () => stop.abort(),
    push: (value: number) => sink?.push(value),
    fail: (error: Error) => sink?.fail(error),
    stopped: () => stopped,
  };
}

describe('the latest of a source', () => {
  it('skips what was replaced before it was read', async () => {
    const { values, push } = source();
    const first = values.next();
    push(1);
    push(2);
    expect(await first).toEqual({ done: false, value: 2 });
    push(3);
    expect(await values.next()).toEqual({ done: false, value: 3 });
  });

  it('ends when the signal aborts, while waiting too, and stops the source once', async () => {
    const { values, abort, stopped } = source();
    const waiting = values.next();
    abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(stopped()).toBe(1);
  });

  it('throws what the source fails with, after the last value', async () => {
    const { values, push, fail, stopped } = source();
    const first = values.next();
    push(1);
    fail(new Error('lost'));
    expect((await first).value).toBe(1);
    await expect(values.next()).rejects.toThrow('lost');
    expect(stopped()).toBe(1);
  });

  it('stops the source when the reader leaves', async () => {
    const { values, push, stopped } = source();
    const first = values.next();
    push(1);
    await first;
    await values.return();
    expect(stopped()).toBe(1);
  });
});
