import { jest } from '@jest/globals';
import { filter, firstValueFrom, map, Subject } from 'rxjs';
import { EventStream } from './event-stream.js';

function stream() {
  const source = new Subject<number>();
  const events$ = new EventStream<number>((listener) => source.subscribe(listener));
  return { source, events$ };
}

const bug = new Error('listener bug');
const buggy = () => {
  throw bug;
};

describe('a stream of events', () => {
  let warn: ReturnType<typeof warnings>;
  const warnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  beforeEach(() => void (warn = warnings()));
  afterEach(() => warn.mockRestore());
  const warned = [
    'A listener of resilience events threw "listener bug".',
    { type: 'ResilienceListenerWarning', detail: bug.stack },
  ];

  it('tells its listeners, however they subscribe, and until they leave', async () => {
    const { source, events$ } = stream();
    const told: unknown[] = [];
    events$.subscribe((value) => told.push(['function', value]));
    events$.subscribe({ next: (value) => told.push(['object', value]), complete: () => told.push('end') });
    events$.subscribe(undefined, undefined, () => told.push('over'));
    events$.subscribe({ error: () => told.push('never') });
    events$.subscribe(null);
    const leaving = events$.pipe(map((value) => value * 2)).subscribe((value) => told.push(['piped', value]));
    const first = firstValueFrom(events$.pipe(filter((value) => value > 1)));
    source.next(1);
    leaving.unsubscribe();
    source.next(2);
    source.complete();
    await expect(first).resolves.toBe(2);
    expect(told).toEqual([
      ['function', 1],
      ['object', 1],
      ['piped', 2],
      ['function', 2],
      ['object', 2],
      'end',
      'over',
    ]);
    expect(source.observed).toBe(false);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each<[string, (events$: EventStream<number>) => void]>([
    ['itself', (events$) => events$.subscribe(buggy)],
    ['as an object', (events$) => events$.subscribe({ next: buggy })],
    ['behind operators', (events$) => events$.pipe(filter(Boolean), map(String)).subscribe(buggy)],
  ])('makes a warning of what a listener throws, who hears on as the others do: %s', (_how, subscribe) => {
    const { source, events$ } = stream();
    const told: number[] = [];
    subscribe(events$);
    events$.subscribe((value) => told.push(value));
    source.next(1);
    source.next(2);
    expect(told).toEqual([1, 2]);
    expect(warn.mock.calls).toEqual([warned, warned]);
  });

  it('makes a warning of what an operator throws where nobody takes its errors', () => {
    const { source, events$ } = stream();
    const taken: unknown[] = [];
    events$.pipe(map(buggy)).subscribe(() => {});
    events$.pipe(map(buggy)).subscribe({ error: (error: unknown) => taken.push(error) });
    source.next(1);
    expect([taken, warn.mock.calls]).toEqual([[bug], [warned]]);
  });

  it('makes a warning of what a listener throws at the end, and of what is no error', () => {
    const { source, events$ } = stream();
    events$.subscribe({
      complete: () => {
        // oxlint-disable-next-line only-throw-error -- what JavaScript allows
        throw 'text';
      },
    });
    source.complete();
    expect(warn.mock.calls).toEqual([
      ['A listener of resilience events threw "text".', { type: 'ResilienceListenerWarning' }],
    ]);
  });
});
