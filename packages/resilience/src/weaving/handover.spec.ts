import { Handover } from './handover.js';
import { STREAM_END } from './stream-end.js';

const { signal: quiet } = new AbortController();

/** An iterable that writes down how often it is asked, and whether it is closed. */
class Source {
  asked = 0;
  closed = 0;
  constructor(private readonly values: unknown[]) {}

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return {
      next: async () => {
        this.asked += 1;
        return this.asked > this.values.length
          ? { done: true, value: undefined }
          : { done: false, value: this.values[this.asked - 1] };
      },
      return: async () => {
        this.closed += 1;
        return { done: true, value: undefined };
      },
    };
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a handover', () => {
  it('asks the source for a value only when the reader does', async () => {
    const handover = new Handover();
    const source = new Source(['a', 'b']);
    const end = handover.pump(source, quiet);
    await turn();
    expect(source.asked).toBe(0);
    await expect(handover.take()).resolves.toEqual({ value: 'a' });
    await turn();
    expect(source.asked).toBe(1);
    await expect(handover.take()).resolves.toEqual({ value: 'b' });
    const last = handover.take();
    await expect(end).resolves.toBe(STREAM_END);
    handover.finish({ result: STREAM_END });
    await expect(last).resolves.toEqual({ result: STREAM_END });
    expect(source.closed).toBe(1);
  });

  it('is committed from the first value on', async () => {
    const handover = new Handover();
    void handover.pump(new Source(['a']), quiet);
    expect(handover.commitment.made).toBe(false);
    await handover.take();
    expect(handover.commitment.made).toBe(true);
  });

  it('is not committed by an empty source', async () => {
    const handover = new Handover();
    const end = handover.pump(new Source([]), quiet);
    void handover.take();
    await expect(end).resolves.toBe(STREAM_END);
    expect(handover.commitment.made).toBe(false);
  });

  it('tells a reader who asks after the end how it ended', async () => {
    const handover = new Handover();
    handover.finish({ error: 'broken' });
    await expect(handover.take()).resolves.toEqual({ error: 'broken' });
    await expect(handover.take()).resolves.toEqual({ error: 'broken' });
  });

  it('closes the source when the reader leaves', async () => {
    const handover = new Handover();
    const source = new Source(['a', 'b']);
    const end = handover.pump(source, quiet);
    await handover.take();
    handover.leave();
    await expect(end).resolves.toBe(STREAM_END);
    expect([source.asked, source.closed]).toEqual([1, 1]);
  });

  it('does not begin for a reader who has left', async () => {
    const handover = new Handover();
    const source = new Source(['a']);
    handover.leave();
    await expect(handover.pump(source, quiet)).resolves.toBe(STREAM_END);
    expect(source.asked).toBe(0);
  });

  it('keeps the value of an attempt that was given up to itself', async () => {
    const handover = new Handover();
    const attempt = new AbortController();
    const end = handover.pump(new Source(['late']), attempt.signal);
    const step = handover.take();
    attempt.abort();
    await expect(end).resolves.toBe(STREAM_END);
    expect(handover.commitment.made).toBe(false);
    void handover.pump(new Source(['of the next']), quiet);
    await expect(step).resolves.toEqual({ value: 'of the next' });
  });

  it('fails with the source, which need not be closable', async () => {
    const handover = new Handover();
    const next = () => Promise.reject(new Error('broken'));
    const end = handover.pump({ [Symbol.asyncIterator]: () => ({ next }) }, quiet);
    void handover.take();
    await expect(end).rejects.toThrow('broken');
  });
});
