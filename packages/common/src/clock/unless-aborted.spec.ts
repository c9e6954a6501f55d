import { getEventListeners } from 'node:events';
import { unlessAborted } from './unless-aborted.js';

describe('unlessAborted', () => {
  it('settles as the promise does, and leaves the signal alone', async () => {
    const { signal } = new AbortController();
    await expect(unlessAborted(signal, Promise.resolve(1))).resolves.toBe(1);
    await expect(unlessAborted(signal, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('rejects with the reason as soon as the signal aborts, and takes what comes later', async () => {
    const abort = new AbortController();
    let reject = (_error: Error) => {};
    const promise = new Promise<never>((_resolve, refuse) => (reject = refuse));
    const result = unlessAborted(abort.signal, promise);
    abort.abort(new Error('left'));
    await expect(result).rejects.toThrow('left');
    // Would end the process if nobody took it.
    reject(new Error('too late'));
    await expect(unlessAborted(abort.signal, promise)).rejects.toThrow('left');
  });
});
