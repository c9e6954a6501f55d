import { getEventListeners } from 'node:events';
import { Observable, Subject, Subscriber, take } from 'rxjs';
import { STREAM_END } from './stream-end.js';
import { Visit } from './visit.js';

const { signal: quiet } = new AbortController();

/** A visit whose reader writes down what it gets. */
function visit(caller?: AbortSignal) {
  const got: unknown[] = [];
  const values = new Subject<unknown>();
  values.subscribe((value) => got.push(value));
  const reader = new Subscriber<unknown>(values);
  return { got, reader, visit: new Visit(reader, caller) };
}

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

describe('a visit to an observable', () => {
  it('hands the values on, and ends with the source', async () => {
    const { visit: stay, got } = visit();
    const source = new Subject<number>();
    const end = stay.read(source, quiet);
    expect(stay.commitment.made).toBe(false);
    source.next(1);
    source.next(2);
    source.complete();
    await expect(end).resolves.toBe(STREAM_END);
    expect([got, stay.commitment.made]).toEqual([[1, 2], true]);
  });

  it('fails with the source', async () => {
    const { visit: stay } = visit();
    const source = new Subject<number>();
    const end = stay.read(source, quiet);
    source.error('broken');
    await expect(end).rejects.toBe('broken');
  });

  it('ends and leaves the source when the attempt is aborted, and no listener on its signal', async () => {
    const { visit: stay } = visit();
    const attempt = new AbortController();
    const source = new Subject<number>();
    const end = stay.read(source, attempt.signal);
    expect([source.observed, listenersOf(attempt.signal)]).toEqual([true, 1]);
    attempt.abort('late');
    await expect(end).rejects.toBe('late');
    expect([source.observed, listenersOf(attempt.signal)]).toEqual([false, 0]);
  });

  it('ends at once when the attempt was aborted before', async () => {
    const { visit: stay } = visit();
    const source = new Subject<number>();
    await expect(stay.read(source, AbortSignal.abort('gone'))).rejects.toBe('gone');
    expect(source.observed).toBe(false);
  });

  it('ends well when the reader leaves after a value, and leaves the source', async () => {
    const { visit: stay } = visit();
    const source = new Subject<number>();
    const end = stay.read(source, quiet);
    source.next(1);
    stay.leave();
    await expect(end).resolves.toBe(STREAM_END);
    expect([source.observed, stay.signal.aborted]).toEqual([false, false]);
  });

  it('aborts when the reader leaves before a value', () => {
    const { visit: stay } = visit();
    void stay.read(new Subject(), quiet);
    stay.leave();
    expect(stay.signal.aborted).toBe(true);
  });

  it('notices a reader who leaves while the source is still in subscribe', async () => {
    let produced = 0;
    let left = false;
    const endless = new Observable<number>((subscriber) => {
      subscriber.next((produced += 1));
      return () => (left = true);
    });
    const ends: Promise<unknown>[] = [];
    const readers = new Observable((reader) => {
      const stay = new Visit(reader, undefined);
      ends.push(stay.read(endless, quiet));
      return () => stay.leave();
    });
    const got: unknown[] = [];
    readers.pipe(take(1)).subscribe((value) => got.push(value));
    await expect(Promise.all(ends)).resolves.toEqual([STREAM_END]);
    expect([got, left]).toEqual([[1], true]);
  });
});

describe('the caller around a visit', () => {
  it('who has left aborts it at once, with the reason', () => {
    expect(visit(AbortSignal.abort('bye')).visit.signal.reason).toBe('bye');
  });

  it('who leaves later aborts it then, and keeps no listener', () => {
    const caller = new AbortController();
    const { visit: stay } = visit(caller.signal);
    expect([stay.signal.aborted, listenersOf(caller.signal)]).toEqual([false, 1]);
    caller.abort('bye');
    expect([stay.signal.reason, listenersOf(caller.signal)]).toEqual(['bye', 0]);
  });

  it('keeps no listener once the call is over', () => {
    const caller = new AbortController();
    visit(caller.signal).visit.end();
    expect(listenersOf(caller.signal)).toBe(0);
  });

  it('need not be there', () => {
    const { visit: stay } = visit();
    expect(stay.signal.aborted).toBe(false);
    expect(() => stay.end()).not.toThrow();
  });
});
