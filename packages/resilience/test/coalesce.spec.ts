import { Injectable, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { sleep } from '@rookery/common';
import {
  Coalesce,
  Fallback,
  type PolicyOptions,
  ResilienceModule,
  Retry,
  Signal,
  Timeout,
  UsePolicy,
} from '@rookery/resilience';
import { VirtualClock } from '@rookery/common/testing';
import { of } from 'rxjs';
import { bench, broken, deferred, ended, fail, silent } from './support.js';

describe('coalesce', () => {
  it('gives all who share a call the error of a stream that nobody declared, uncovered', async () => {
    @Injectable()
    class Feed {
      @Fallback(() => 'instead', { handleIf: () => true })
      @Coalesce((id: string) => id)
      @Retry(3)
      watch(id: string): unknown {
        return of(id);
      }
    }
    const app = await Test.createTestingModule({ imports: [ResilienceModule.forRoot()], providers: [Feed] })
      .setLogger(silent)
      .compile();
    await app.init();
    const feed = app.get(Feed);
    const undeclared = { code: 'UNDECLARED_STREAM', method: 'Feed.watch' };
    const both = Promise.all([ended(feed.watch('a') as never), ended(feed.watch('a') as never)]);
    await expect(both).resolves.toMatchObject([undeclared, undeclared]);
    await app.close();
  });

  it('makes one call for many with the same key, whose retries are shared as well', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({ coalesce: {}, retry: { attempts: 2, backoff: { delay: 10, jitter: 'none' } } });
    let made = 0;
    const call = async () => {
      made += 1;
      if (made === 1) throw broken;
      return { made };
    };
    const results = Array.from({ length: 5 }, () => pipeline.execute(call, { key: '7' }));
    await clock.advance(10);
    const [first, ...others] = await Promise.all(results);
    expect(first).toEqual({ made: 2 });
    for (const other of others) expect(other).toBe(first);
    expect(events.map(({ type }) => type)).toEqual([
      'coalesced',
      'coalesced',
      'coalesced',
      'coalesced',
      'retry',
    ]);
  });

  it('lets each caller wait as long as it wants to', async () => {
    const { define, clock } = bench();
    const pipeline = define({ coalesce: {}, timeout: { total: 100 } });
    const signals: AbortSignal[] = [];
    const call = async ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      await sleep(clock, 150, signal);
      return 'ok';
    };
    const early = ended(pipeline.execute(call, { key: '7' }));
    await clock.advance(60);
    const late = pipeline.execute(call, { key: '7' });
    await clock.advance(40);
    await expect(early).resolves.toMatchObject({ code: 'TIMEOUT', scope: 'total' });
    await clock.advance(50);
    await expect(late).resolves.toBe('ok');
    expect([signals.length, signals[0]?.aborted, clock.pending]).toEqual([1, false, 0]);
  });

  it('aborts the work when the last caller has left', async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({
      coalesce: {},
      timeout: { total: 100 },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    const call = ({ signal }: { signal: AbortSignal }) => sleep(clock, 60_000, signal);
    const early = ended(pipeline.execute(call, { key: '7' }));
    await clock.advance(60);
    const late = ended(pipeline.execute(call, { key: '7' }));
    await clock.advance(99);
    expect([registry.state('users'), clock.pending]).toEqual(['closed', 2]);
    await clock.advance(1);
    await Promise.all([early, late]);
    // It took too long for everybody, so it counts as a failure of what is called.
    expect([registry.state('users'), clock.pending]).toEqual(['open', 0]);
  });

  it('earns a budget only for calls that are made', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({
      coalesce: {},
      retry: { attempts: 2, backoff: { delay: 10, jitter: 'none' } },
      retryBudget: { ratio: 50, minPerSecond: 0 },
    });
    const answer = deferred<string>();
    const many = Array.from({ length: 10 }, () => pipeline.execute(() => answer.promise, { key: '7' }));
    answer.resolve('ok');
    await Promise.all(many);
    const more = ended(pipeline.execute(fail));
    const andMore = ended(pipeline.execute(fail));
    await clock.advance(100);
    await Promise.all([more, andMore]);
    // Three calls were made, which earn one retry and a half.
    expect(events.filter(({ type }) => type === 'retry')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'retry-budget-exhausted')).toHaveLength(1);
  });
});

/** Counts calls, and answers when the test says so. */
class Lookup {
  made: string[] = [];
  readonly answer = deferred<void>();

  async of(name: string): Promise<{ readonly name: string }> {
    this.made.push(name);
    await this.answer.promise;
    return { name };
  }
}

@Injectable()
class Users {
  readonly lookup = new Lookup();

  @Coalesce((id: string) => id)
  @Timeout('1s')
  find(id: string, @Signal() _signal?: AbortSignal) {
    return this.lookup.of(`find ${id}`);
  }

  @Coalesce((id: string, fresh: boolean) => (fresh ? undefined : id))
  read(id: string, _fresh: boolean) {
    return this.lookup.of(`read ${id}`);
  }

  @UsePolicy('shared')
  one(id: string) {
    return this.lookup.of(`one ${id}`);
  }

  @UsePolicy('shared')
  other(id: string) {
    return this.lookup.of(`other ${id}`);
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class TransientUsers extends Users {}

async function boot() {
  const policies: Record<string, PolicyOptions> = { shared: { coalesce: { key: (id: string) => id } } };
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ policies, clock: new VirtualClock() })],
    providers: [Users, TransientUsers],
  })
    .setLogger(silent)
    .compile();
  await app.init();
  return app;
}

describe('@Coalesce()', () => {
  it('lets calls of a method with the same key share one result', async () => {
    const app = await boot();
    const users = app.get(Users);
    const results = [users.find('7'), users.find('7'), users.find('8')];
    users.lookup.answer.resolve();
    const [one, same, other] = await Promise.all(results);
    expect(same).toBe(one);
    expect(other).toEqual({ name: 'find 8' });
    expect(users.lookup.made).toEqual(['find 7', 'find 8']);
    await expect(users.find('7')).resolves.not.toBe(one);
    await app.close();
  });

  it('leaves a call alone that has no key', async () => {
    const app = await boot();
    const users = app.get(Users);
    const results = [users.read('7', true), users.read('7', true), users.read('7', false)];
    users.lookup.answer.resolve();
    await Promise.all(results);
    expect(users.lookup.made).toHaveLength(3);
    await app.close();
  });

  it('keeps methods apart that use the same named policy', async () => {
    const app = await boot();
    const users = app.get(Users);
    const results = [users.one('7'), users.other('7'), users.one('7')];
    users.lookup.answer.resolve();
    await expect(Promise.all(results)).resolves.toEqual([
      { name: 'one 7' },
      { name: 'other 7' },
      { name: 'one 7' },
    ]);
    expect(users.lookup.made).toEqual(['one 7', 'other 7']);
    await app.close();
  });

  it('keeps instances apart, which may hold data of different requests', async () => {
    const app = await boot();
    const [one, other] = [await app.resolve(TransientUsers), await app.resolve(TransientUsers)];
    const results = [one.find('7'), other.find('7')];
    expect([one.lookup.made, other.lookup.made]).toEqual([['find 7'], ['find 7']]);
    one.lookup.answer.resolve();
    other.lookup.answer.resolve();
    await Promise.all(results);
    await app.close();
  });

  it('asks the compiler whether the function takes what the method takes', () => {
    class Orders {
      // @ts-expect-error: the method takes a number.
      @Coalesce((id: string) => id)
      find(id: number) {
        return id;
      }
    }
    expect(Orders).toBeDefined();
  });
});
