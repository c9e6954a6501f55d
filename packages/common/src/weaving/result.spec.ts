import { Readable } from 'node:stream';
import { firstValueFrom, NEVER, of, throwError } from 'rxjs';
import { watchResult } from './result.js';

function journal() {
  const entries: unknown[] = [];
  return { entries, onSuccess: () => entries.push('ok'), onFailure: (error: unknown) => entries.push(error) };
}

async function* counting(until: number) {
  for (let n = 1; n <= until; n += 1) {
    if (n === 3) throw new Error('three');
    yield n;
  }
}

function thenable(value: number): PromiseLike<number> {
  const promise = Promise.resolve(value);
  // oxlint-disable-next-line unicorn/no-thenable -- a thenable that is no promise is what the test is about
  return { then: promise.then.bind(promise) };
}

describe('watching a result', () => {
  it('sees a plain value at once', () => {
    const seen = journal();
    expect(watchResult(5, seen)).toBe(5);
    expect(seen.entries).toEqual(['ok']);
  });

  it('sees a promise and any other thenable when it settles', async () => {
    const seen = journal();
    await expect(watchResult(Promise.resolve(1), seen)).resolves.toBe(1);
    await expect(watchResult(Promise.reject(new Error('no')), seen)).rejects.toThrow('no');
    await expect(watchResult(thenable(2), seen)).resolves.toBe(2);
    expect(seen.entries).toEqual(['ok', new Error('no'), 'ok']);
  });

  it('sees an observable complete, fail and be left', async () => {
    const seen = journal();
    await firstValueFrom(watchResult(of(1), seen));
    await expect(
      firstValueFrom(
        watchResult(
          throwError(() => new Error('no')),
          seen,
        ),
      ),
    ).rejects.toThrow('no');
    watchResult(NEVER, seen).subscribe().unsubscribe();
    expect(seen.entries).toEqual(['ok', new Error('no'), 'ok']);
  });

  it('hands a stream on as it is', () => {
    const seen = journal();
    const stream = Readable.from(['a']);
    expect(watchResult(stream, seen)).toBe(stream);
    expect(seen.entries).toEqual(['ok']);
  });

  it('sees an async iterable exhausted, failing and left', async () => {
    const seen = journal();
    const read = async (until: number, leaveAt?: number) => {
      for await (const n of watchResult(counting(until), seen)) if (n === leaveAt) break;
    };
    await read(2);
    await expect(read(5)).rejects.toThrow('three');
    await read(5, 1);
    expect(seen.entries).toEqual(['ok', new Error('three'), 'ok']);
  });
});
