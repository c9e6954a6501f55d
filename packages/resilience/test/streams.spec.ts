import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { remainingTime, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  Bulkhead,
  CircuitBreaker,
  Fallback,
  PolicyRegistry,
  ResilienceModule,
  Retry,
  Signal,
  Timeout,
} from '@rookery/resilience';
import { concat, firstValueFrom, lastValueFrom, NEVER, Observable, of, throwError, toArray } from 'rxjs';
import { broken, deferred, ended, silent } from './support.js';

const failing = () => throwError(() => broken);

/** What each call of `open` does, by its number. */
class Script<T> {
  calls = 0;
  signals: (AbortSignal | undefined)[] = [];
  constructor(readonly plays: (() => T)[] = []) {}
  next(signal?: AbortSignal): T {
    this.signals.push(signal);
    const play = this.plays.at(Math.min(this.calls, this.plays.length - 1));
    if (!play) throw new Error('The script is empty.');
    this.calls += 1;
    return play();
  }
}

@Injectable()
class Streams {
  observables = new Script<Observable<unknown>>();
  iterables = new Script<AsyncIterable<unknown>>();

  @Retry({ attempts: 3, backoff: { delay: 0 } })
  @CircuitBreaker({ consecutiveFailures: 3 })
  @Timeout('1s')
  observe(@Signal() signal?: AbortSignal): Observable<unknown> {
    return this.observables.next(signal);
  }

  @Fallback(() => of('instead'))
  observeOr(): Observable<unknown> {
    return this.observables.next();
  }

  @Retry()
  undeclared() {
    return this.observables.next();
  }

  @Retry({ attempts: 3, backoff: { delay: 0 } })
  @CircuitBreaker({ consecutiveFailures: 3 })
  @Timeout('1s')
  async *iterate(@Signal() signal?: AbortSignal): AsyncGenerator {
    yield* this.iterables.next(signal);
  }

  @Retry({ attempts: 2, backoff: { delay: 0 } })
  @Timeout({ attempt: '1s' })
  async *iterateAgain(): AsyncGenerator {
    yield* this.iterables.next();
  }

  @Fallback(async function* () {
    yield 'instead';
  })
  async *iterateOr(): AsyncGenerator {
    yield* this.iterables.next();
  }

  @Retry()
  undeclaredIterable() {
    return this.iterables.next();
  }
}

async function* listing(...values: unknown[]) {
  for (const value of values) {
    if (value === broken) throw broken;
    yield value;
  }
}

async function* hanging() {
  await new Promise(() => {});
  yield 1;
}

async function boot(script: {
  observables?: (() => Observable<unknown>)[];
  iterables?: (() => AsyncIterable<unknown>)[];
}) {
  const clock = new VirtualClock();
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ clock })],
    providers: [Streams],
  })
    .setLogger(silent)
    .compile();
  await app.init();
  const streams = app.get(Streams);
  streams.observables = new Script(script.observables);
  streams.iterables = new Script(script.iterables);
  return { streams, clock, registry: app.get(PolicyRegistry), close: () => app.close() };
}

const all = (stream: Observable<unknown>) => lastValueFrom(stream.pipe(toArray()));

async function collect(stream: AsyncIterable<unknown>) {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

describe('a guarded observable', () => {
  it('starts when it is subscribed to, and anew for each subscription', async () => {
    const { streams, close } = await boot({ observables: [() => of(1, 2)] });
    const stream = streams.observe();
    expect(streams.observables.calls).toBe(0);
    await expect(all(stream)).resolves.toEqual([1, 2]);
    await expect(all(stream)).resolves.toEqual([1, 2]);
    expect(streams.observables.calls).toBe(2);
    await close();
  });

  it('is retried while nothing was passed on', async () => {
    const { streams, clock, close } = await boot({ observables: [failing, failing, () => of('third')] });
    const result = all(streams.observe());
    await clock.advance(1);
    await expect(result).resolves.toEqual(['third']);
    await close();
  });

  it('is not retried once a value was passed on, and still counts as failed', async () => {
    const { streams, registry, close } = await boot({ observables: [() => concat(of(1), failing())] });
    for (let n = 0; n < 3; n += 1) await expect(all(streams.observe())).rejects.toBe(broken);
    expect(streams.observables.calls).toBe(3);
    expect(registry.state('Streams.observe')).toBe('open');
    await close();
  });

  it('times out until the first value only, and then the source is left', async () => {
    let left = 0;
    const quiet = () => new Observable(() => () => (left += 1));
    const { streams, clock, close } = await boot({ observables: [quiet, () => concat(of(1), NEVER)] });
    const timedOut = ended(all(streams.observe()));
    await clock.advance(1_000);
    await expect(timedOut).resolves.toMatchObject({ code: 'TIMEOUT' });
    expect([left, streams.observables.signals[0]?.aborted]).toEqual([1, true]);
    const values: unknown[] = [];
    const subscription = streams.observe().subscribe((value) => values.push(value));
    await clock.advance(10_000);
    expect([values, subscription.closed]).toEqual([[1], false]);
    subscription.unsubscribe();
    await close();
  });

  it('counts as a success for a reader who leaves after the first value', async () => {
    const { streams, registry, clock, close } = await boot({
      observables: [failing, failing, () => concat(of(1), NEVER), failing, failing, () => of(3, 4)],
    });
    for (const expected of [1, 3]) {
      const first = firstValueFrom(streams.observe());
      await clock.advance(1);
      await expect(first).resolves.toBe(expected);
    }
    // Two and two failures with a success between them: three in a row would have opened it.
    expect(registry.state('Streams.observe')).toBe('closed');
    await close();
  });

  it('is aborted by a reader who leaves before the first value, which says nothing about it', async () => {
    const { streams, registry, clock, close } = await boot({ observables: [() => NEVER] });
    for (let n = 0; n < 5; n += 1) {
      streams.observe().subscribe().unsubscribe();
      await clock.advance(0);
    }
    expect(streams.observables.signals.every((signal) => signal?.aborted)).toBe(true);
    expect([registry.state('Streams.observe'), clock.pending]).toEqual(['closed', 0]);
    await close();
  });

  it('is aborted with the call in which it was subscribed to', async () => {
    const { streams, clock, close } = await boot({ observables: [() => NEVER] });
    const leaving = new AbortController();
    const result = runInContext({ signal: leaving.signal }, () => ended(all(streams.observe())));
    leaving.abort('bye');
    await expect(result).resolves.toBe('bye');
    expect([streams.observables.signals[0]?.reason, clock.pending]).toEqual(['bye', 0]);
    await close();
  });

  it('is replaced by its fallback', async () => {
    const { streams, close } = await boot({ observables: [failing] });
    await expect(all(streams.observeOr())).resolves.toEqual(['instead']);
    await close();
  });

  it('must be declared', async () => {
    const { streams, close } = await boot({ observables: [() => of(1)] });
    await expect(streams.undeclared()).rejects.toThrow(
      'Streams.undeclared returned an observable, which its policies could not foresee. Declare its return type',
    );
    expect(streams.observables.calls).toBe(1);
    await close();
  });
});

describe('a guarded async generator', () => {
  it('hands its values over on demand', async () => {
    const produced: number[] = [];
    async function* counting() {
      for (let n = 1; ; n += 1) {
        produced.push(n);
        yield n;
      }
    }
    const { streams, close } = await boot({ iterables: [counting] });
    const read: unknown[] = [];
    for await (const value of streams.iterate()) {
      read.push(value);
      if (read.length === 3) break;
    }
    expect([read, produced]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    await close();
  });

  it('is retried while nothing was handed over, and not afterwards', async () => {
    const { streams, clock, close } = await boot({
      iterables: [() => listing(broken), () => listing('a', 'b'), () => listing('c', broken)],
    });
    const first = collect(streams.iterate());
    await clock.advance(1);
    await expect(first).resolves.toEqual(['a', 'b']);
    await expect(collect(streams.iterate())).rejects.toBe(broken);
    expect(streams.iterables.calls).toBe(3);
    await close();
  });

  it('times out until the first value only, however slow its reader is', async () => {
    const { streams, clock, close } = await boot({ iterables: [hanging, () => listing(1, 2)] });
    const timedOut = ended(collect(streams.iterate()));
    await clock.advance(1_000);
    await expect(timedOut).resolves.toMatchObject({ code: 'TIMEOUT' });
    const reader = streams.iterate();
    await reader.next();
    await clock.advance(60_000);
    await expect(reader.next()).resolves.toEqual({ done: false, value: 2 });
    await expect(reader.next()).resolves.toMatchObject({ done: true });
    await close();
  });

  it('does not pass its timeout on to the calls that it makes', async () => {
    async function* paging() {
      yield remainingTime(clock);
      yield remainingTime(clock);
    }
    const { streams, clock, close } = await boot({ iterables: [paging] });
    await expect(collect(streams.iterate())).resolves.toEqual([Infinity, Infinity]);
    await close();
  });

  it('hears nothing of an attempt that was given up', async () => {
    const gates = [deferred(), deferred()] as const;
    async function* after(gate: Promise<unknown>) {
      yield await gate;
    }
    const { streams, clock, close } = await boot({
      iterables: [() => after(gates[0].promise), () => after(gates[1].promise)],
    });
    const result = collect(streams.iterateAgain());
    await clock.advance(1_001);
    expect(streams.iterables.calls).toBe(2);
    gates[0].resolve('stale');
    await clock.advance(1);
    gates[1].resolve('fresh');
    await expect(result).resolves.toEqual(['fresh']);
    await close();
  });

  it('is rejected by an open circuit', async () => {
    const { streams, registry, clock, close } = await boot({ iterables: [() => listing(broken)] });
    const failed = ended(collect(streams.iterate()));
    await clock.advance(1);
    await failed;
    expect(registry.state('Streams.iterate')).toBe('open');
    await expect(collect(streams.iterate())).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    await close();
  });

  it('is ended in the source when its reader leaves', async () => {
    let ended_ = false;
    async function* watched() {
      try {
        yield 1;
        yield 2;
      } finally {
        ended_ = true;
      }
    }
    const { streams, close } = await boot({ iterables: [watched] });
    for await (const value of streams.iterate()) if (value === 1) break;
    expect(ended_).toBe(true);
    await close();
  });

  it('is replaced by its fallback', async () => {
    const { streams, close } = await boot({ iterables: [() => listing(broken)] });
    await expect(collect(streams.iterateOr())).resolves.toEqual(['instead']);
    await close();
  });

  it('must be written as one', async () => {
    const { streams, close } = await boot({ iterables: [() => listing(1)] });
    await expect(streams.undeclaredIterable()).rejects.toMatchObject({ code: 'UNDECLARED_STREAM' });
    await close();
  });
});

describe('a stream under a bulkhead', () => {
  @Injectable()
  class Quotes {
    open = 0;

    @Bulkhead(1)
    @Timeout({ attempt: 100 })
    watch(answers: boolean): Observable<number> {
      return new Observable((reader) => {
        this.open += 1;
        if (answers) reader.next(7);
        return () => void (this.open -= 1);
      });
    }
  }

  async function bootQuotes() {
    const clock = new VirtualClock();
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock })],
      providers: [Quotes],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    return { app, clock, quotes: app.get(Quotes) };
  }

  it('gives its permit back when it times out', async () => {
    const { app, clock, quotes } = await bootQuotes();
    const late = ended(firstValueFrom(quotes.watch(false)));
    await clock.advance(100);
    await expect(late).resolves.toMatchObject({ code: 'TIMEOUT' });
    expect(quotes.open).toBe(0);
    await expect(firstValueFrom(quotes.watch(true))).resolves.toBe(7);
    await app.close();
  });

  it('gives its permit back when its reader leaves before the first value', async () => {
    const { app, clock, quotes } = await bootQuotes();
    quotes.watch(false).subscribe().unsubscribe();
    await clock.advance(0);
    expect(quotes.open).toBe(0);
    await expect(firstValueFrom(quotes.watch(true))).resolves.toBe(7);
    await app.close();
  });
});

describe('a fallback that is no stream', () => {
  it('is what the reader of an observable is told of', async () => {
    @Injectable()
    class Quotes {
      @Fallback((() => 7) as unknown as () => Observable<number>)
      watch(): Observable<number> {
        return throwError(() => new Error('broken'));
      }
    }
    const app = await Test.createTestingModule({ imports: [ResilienceModule.forRoot()], providers: [Quotes] })
      .setLogger(silent)
      .compile();
    await app.init();
    await expect(firstValueFrom(app.get(Quotes).watch())).rejects.toThrow(TypeError);
    await app.close();
  });
});

describe('a signal that the caller passes', () => {
  @Injectable()
  class Sources {
    readonly seen: (AbortSignal | undefined)[] = [];

    @Retry(2)
    async find(@Signal() signal?: AbortSignal) {
      this.seen.push(signal);
      return new Promise<never>(() => undefined);
    }

    @Retry(2)
    async *list(@Signal() signal?: AbortSignal) {
      this.seen.push(signal);
      yield await new Promise<never>(() => undefined);
    }

    @Retry(2)
    watch(@Signal() signal?: AbortSignal): Observable<never> {
      this.seen.push(signal);
      return NEVER;
    }
  }

  it.each<[string, (sources: Sources, signal: AbortSignal) => Promise<unknown>]>([
    ['a promise', (sources, signal) => sources.find(signal)],
    ['an async iterable', (sources, signal) => sources.list(signal).next()],
    ['an observable', (sources, signal) => firstValueFrom(sources.watch(signal))],
  ])('aborts %s, and the method sees it, also inside of a running call', async (_what, call) => {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot()],
      providers: [Sources],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    const sources = app.get(Sources);
    const own = new AbortController();
    const outer = new AbortController();
    const alone = ended(call(sources, own.signal));
    const within = runInContext({ signal: outer.signal }, () =>
      ended(call(sources, new AbortController().signal)),
    );
    await Promise.resolve();
    own.abort('own');
    outer.abort('outer');
    await expect(Promise.all([alone, within])).resolves.toEqual(['own', 'outer']);
    expect(sources.seen.map((signal) => signal?.reason as unknown)).toEqual(['own', 'outer']);
    await app.close();
  });
});
