import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentContext, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  Bulkhead,
  BulkheadFullError,
  type BulkheadOptions,
  type PolicyOptions,
  PolicyRegistry,
  type Priority,
  ResilienceModule,
  Timeout,
  TimeoutError,
  UsePolicy,
} from '@rookery/resilience';
import { from, lastValueFrom, Observable } from 'rxjs';
import { bench, type Deferred, deferred, ended, silent, succeed } from './support.js';

/** A pipeline with a bulkhead, and calls that end when the test says so. */
function guarded(bulkhead: number | BulkheadOptions, others: PolicyOptions = {}) {
  const { define, ...rest } = bench();
  const pipeline = define({ bulkhead, ...others });
  const begun: string[] = [];
  const call = (name: string, options: { priority?: Priority; signal?: AbortSignal } = {}) => {
    const work: Deferred<string> = deferred();
    const result = ended(
      pipeline.execute(() => {
        begun.push(name);
        return work.promise;
      }, options),
    );
    return { result, end: () => work.resolve(name) };
  };
  const settle = () => rest.clock.advance(0);
  return { ...rest, pipeline, begun, call, settle };
}

async function boot(providers: (new () => object)[], policies: Record<string, PolicyOptions> = {}) {
  const clock = new VirtualClock();
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ clock, policies })],
    providers,
  })
    .setLogger(silent)
    .compile();
  await app.init();
  return Object.assign(app, { clock });
}

describe('bulkhead', () => {
  it('has 25 calls under way by default and lets none wait', async () => {
    const { call, begun, events } = guarded({});
    const calls = Array.from({ length: 25 }, (_, index) => call(String(index)));
    const error = await call('one more').result;
    expect(error).toBeInstanceOf(BulkheadFullError);
    expect(error).toMatchObject({
      code: 'BULKHEAD_FULL',
      status: 503,
      policy: 'users',
      maxConcurrent: 25,
      maxQueue: 0,
      reason: 'full',
      message:
        'Policy "users": bulkhead is full (maxConcurrent: 25). Calls wait only where maxQueue lets them. Try again later.',
    });
    expect(begun).toHaveLength(25);
    expect(events).toEqual([{ type: 'rejected', policy: 'users', error }]);
    calls[3]?.end();
    await calls[3]?.result;
    const next = call('next');
    next.end();
    await expect(next.result).resolves.toBe('next');
  });

  it('makes the error without a stack trace, and without one where nobody listens, too', async () => {
    const { call } = guarded(1);
    call('first');
    const error = (await call('second').result) as Error;
    expect(error.stack).toBe(`${error.name}: ${error.message}`);
  });

  it('works where nobody listens to its events', async () => {
    const pipeline = new PolicyRegistry().define('users', { bulkhead: 1 });
    const work = deferred<void>();
    const first = pipeline.execute(() => work.promise);
    await expect(pipeline.execute(succeed)).rejects.toBeInstanceOf(BulkheadFullError);
    work.resolve();
    await first;
  });

  it('serves by priority and by arrival, and gives the place of the lowest to a higher one', async () => {
    const { call, begun, settle } = guarded({ maxConcurrent: 1, maxQueue: 3 });
    const running = call('running');
    const low = call('low', { priority: 'low' });
    const calls = [call('a'), call('b'), call('high', { priority: 'high' })];
    await expect(low.result).resolves.toMatchObject({
      reason: 'displaced',
      message:
        'Policy "users": bulkhead is full (maxConcurrent: 1). A call of a higher priority took its place in the queue. Try again later.',
    });
    await expect(call('c').result).resolves.toMatchObject({
      reason: 'full',
      message: 'Policy "users": bulkhead is full (maxConcurrent: 1). 3 others wait already. Try again later.',
    });
    for (const each of [running, ...calls]) each.end();
    await settle();
    expect(begun).toEqual(['running', 'high', 'a', 'b']);
  });

  it('inherits the priority of the call that is running', async () => {
    const { call, begun, settle } = guarded({ maxConcurrent: 1, maxQueue: 2 });
    const calls = [call('running'), call('normal')];
    runInContext({ priority: 'critical' }, () => calls.push(call('critical')));
    for (const each of calls) each.end();
    await settle();
    expect(begun).toEqual(['running', 'critical', 'normal']);
  });

  it('lets a call wait for its queueTimeout at most', async () => {
    const { call, clock } = guarded({ maxConcurrent: 1, maxQueue: 1, queueTimeout: '1s' });
    call('running');
    const { result } = call('waiting');
    await clock.advance(999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await expect(result).resolves.toMatchObject({
      reason: 'queue-timeout',
      message:
        'Policy "users": bulkhead is full (maxConcurrent: 1). No call ended while this one could wait. Try again later.',
    });
    expect(clock.pending).toBe(0);
  });

  it('lets no call wait for longer than its deadline', async () => {
    const { call, clock } = guarded({ maxConcurrent: 1, maxQueue: 2, queueTimeout: '1s' });
    call('running');
    const waiting = runInContext({ deadline: 300 }, () => call('waiting'));
    await clock.advance(300);
    await expect(waiting.result).resolves.toMatchObject({ reason: 'queue-timeout' });
    const late = runInContext({ deadline: 300 }, () => call('late'));
    await expect(late.result).resolves.toMatchObject({ code: 'TIMEOUT', scope: 'deadline' });
    expect(clock.pending).toBe(0);
  });

  it('is left by a waiter whose total timeout ends', async () => {
    const { call, clock, events } = guarded({ maxConcurrent: 1, maxQueue: 1 }, { timeout: '200ms' });
    call('running');
    await clock.advance(100);
    const { result } = call('waiting');
    await clock.advance(200);
    await expect(result).resolves.toBeInstanceOf(TimeoutError);
    expect(events.map(({ type }) => type)).toEqual(['timeout', 'timeout']);
    expect(clock.pending).toBe(0);
  });

  it('frees the place of a waiter that aborts at once', async () => {
    const { call, begun, settle } = guarded({ maxConcurrent: 1, maxQueue: 1 });
    const running = call('running');
    const leaving = new AbortController();
    const first = call('first', { signal: leaving.signal });
    leaving.abort('bye');
    const second = call('second');
    second.end();
    running.end();
    await expect(first.result).resolves.toBe('bye');
    await expect(second.result).resolves.toBe('second');
    await settle();
    expect(begun).toEqual(['running', 'second']);
  });

  it('gives the permit on when the caller leaves in the moment of its turn', async () => {
    const { call, begun, settle } = guarded({ maxConcurrent: 1, maxQueue: 2 });
    const running = call('running');
    const leaving = new AbortController();
    const first = call('first', { signal: leaving.signal });
    const second = call('second');
    running.end();
    void running.result.then(() => leaving.abort('bye'));
    await settle();
    first.end();
    second.end();
    await settle();
    expect(begun.at(-1)).toBe('second');
    await expect(second.result).resolves.toBe('second');
  });

  it('counts work that goes on after its timeout', async () => {
    const { call, clock, begun } = guarded(1, { timeout: '100ms' });
    const hanging = call('hanging');
    await clock.advance(100);
    await expect(hanging.result).resolves.toBeInstanceOf(TimeoutError);
    await expect(call('second').result).resolves.toMatchObject({ reason: 'full' });
    hanging.end();
    await clock.advance(0);
    call('third');
    expect(begun).toEqual(['hanging', 'third']);
  });

  it('makes a call that has waited in the context of its own caller', async () => {
    const { pipeline, call, settle } = guarded({ maxConcurrent: 1, maxQueue: 1 });
    const running = runInContext({ priority: 'low' }, () => call('running'));
    const waiting = runInContext({ priority: 'high' }, () =>
      pipeline.execute(async () => currentContext().priority),
    );
    await settle();
    running.end();
    await expect(waiting).resolves.toBe('high');
  });

  it('holds no permit in the pause between two attempts', async () => {
    const { define, clock } = bench();
    const pipeline = define({ bulkhead: 1, retry: { backoff: { delay: 100, jitter: 'none' } } });
    let made = 0;
    const failing = ended(
      pipeline.execute(async () => {
        made += 1;
        if (made === 1) throw new Error('once');
        return 'well';
      }),
    );
    await clock.advance(50);
    await expect(pipeline.execute(succeed)).resolves.toBe('ok');
    await clock.advance(50);
    await expect(failing).resolves.toBe('well');
  });

  it('is not tried again by a retry, and not recorded by a breaker', async () => {
    const { call, registry, clock } = guarded(1, { retry: 3, circuitBreaker: { consecutiveFailures: 1 } });
    call('running');
    await expect(call('second').result).resolves.toBeInstanceOf(BulkheadFullError);
    expect([registry.state('users'), clock.pending]).toEqual(['closed', 0]);
  });

  it('lets those in that wait when there are more permits, and keeps count when there are fewer', async () => {
    const { call, registry, begun, settle } = guarded({ maxConcurrent: 1, maxQueue: 3 });
    const calls = ['a', 'b', 'c', 'd'].map((name) => call(name));
    registry.reconfigure('users', { bulkhead: { maxConcurrent: 3, maxQueue: 3 } });
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
    registry.reconfigure('users', { bulkhead: 2 });
    await expect(call('e').result).resolves.toMatchObject({ maxConcurrent: 2, maxQueue: 0 });
    calls[0]?.end();
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
    calls[1]?.end();
    await settle();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('@Bulkhead', () => {
  it('is shared by every instance and call of the method, and by nobody else', async () => {
    const work = deferred<string>();
    @Injectable()
    class Reports {
      @Bulkhead(1)
      render() {
        return work.promise;
      }

      @Bulkhead(1)
      async list() {
        return 'list';
      }
    }
    const app = await boot([Reports]);
    const reports = app.get(Reports);
    const first = reports.render();
    await expect(reports.render()).rejects.toThrow('Policy "Reports.render": bulkhead is full');
    await expect(reports.list()).resolves.toBe('list');
    work.resolve('done');
    await expect(first).resolves.toBe('done');
    await app.close();
  });

  it('asks for the priority with the arguments of the method', async () => {
    const order: string[] = [];
    const work = deferred<void>();
    @Injectable()
    class Jobs {
      @Bulkhead({
        maxConcurrent: 1,
        maxQueue: 2,
        priority: (job: string) => (job === 'urgent' ? 'high' : 'low'),
      })
      async run(job: string, _options?: object) {
        order.push(job);
        await work.promise;
      }
    }
    const app = await boot([Jobs]);
    const jobs = app.get(Jobs);
    const all = ['first', 'second', 'urgent'].map((job) => jobs.run(job));
    work.resolve();
    await Promise.all(all);
    expect(order).toEqual(['first', 'urgent', 'second']);
    await app.close();
  });

  it('says which function of the options threw', async () => {
    const work = deferred<void>();
    @Injectable()
    class Jobs {
      @Bulkhead({
        maxConcurrent: 1,
        maxQueue: 1,
        priority: (job: { level: 'high' }) => job.level,
      })
      run(_job: { level: 'high' }) {
        return work.promise;
      }
    }
    const app = await boot([Jobs]);
    const jobs = app.get(Jobs);
    const first = jobs.run(null as never);
    await expect(jobs.run(null as never)).rejects.toMatchObject({
      code: 'PREDICATE_FAILED',
      policy: 'Jobs.run',
      option: 'bulkhead.priority',
    });
    work.resolve();
    await first;
    await app.close();
  });

  it('holds the permit of a stream until the stream ends', async () => {
    @Injectable()
    class Feed {
      @Bulkhead(1)
      endless(): Observable<number> {
        return new Observable();
      }

      @UsePolicy('feeds')
      short(): Observable<number> {
        return from([1, 2]);
      }
    }
    const app = await boot([Feed], { feeds: { bulkhead: 1 } });
    const feed = app.get(Feed);
    const reader = feed.endless().subscribe();
    await expect(lastValueFrom(feed.endless())).rejects.toBeInstanceOf(BulkheadFullError);
    reader.unsubscribe();
    await app.clock.advance(0);
    const other = feed.endless().subscribe({ error: (error: unknown) => expect(error).toBeUndefined() });
    other.unsubscribe();
    await expect(lastValueFrom(feed.short())).resolves.toBe(2);
    await expect(lastValueFrom(feed.short())).resolves.toBe(2);
    await app.close();
  });

  it('takes the place of the bulkhead of the named policy', async () => {
    const work = deferred<void>();
    @Injectable()
    class Users {
      @UsePolicy('users')
      @Bulkhead(2)
      @Timeout('1s')
      find() {
        return work.promise;
      }
    }
    const app = await boot([Users], { users: { bulkhead: 1 } });
    const users = app.get(Users);
    const calls = [users.find(), users.find()];
    await expect(users.find()).rejects.toMatchObject({ maxConcurrent: 2 });
    work.resolve();
    await Promise.all(calls);
    await app.close();
  });

  it.each<[string, unknown, string]>([
    ['no permits', 0, 'Users.find: bulkhead: Invalid value 0. Use a whole number of at least 1.'],
    ['half a permit', { maxConcurrent: 1.5 }, 'bulkhead.maxConcurrent: Invalid value 1.5.'],
    [
      'a negative queue',
      { maxQueue: -1 },
      'bulkhead.maxQueue: Invalid value -1. Use a whole number of at least 0.',
    ],
    ['no time to wait', { queueTimeout: 0 }, 'bulkhead.queueTimeout: Invalid value 0.'],
    ['a fixed priority', { priority: 'high' }, 'bulkhead.priority: Invalid value "high". Use a function.'],
    ['a misspelt option', { maxConcurent: 1 }, 'bulkhead.maxConcurent: Unknown option.'],
    ['a text', '10', 'bulkhead: Invalid value "10".'],
  ])('refuses %s at boot', async (_what, options, message) => {
    @Injectable()
    class Users {
      @Bulkhead(options as BulkheadOptions)
      find() {}
    }
    await expect(boot([Users])).rejects.toThrow(message);
  });

  it('refuses, before anything runs, a priority that does not take what the method takes', () => {
    class Jobs {
      // @ts-expect-error -- the priority takes a number, the method a text
      @Bulkhead({ priority: (level: number) => (level > 1 ? 'high' : 'low') })
      run(_job: string) {}
    }
    expect(Jobs).toBeDefined();
  });

  it('is laid over shared defaults field by field, and switched off by false', async () => {
    const registry = new PolicyRegistry();
    const defaults = { bulkhead: { maxQueue: 7 } };
    const work = deferred<void>();
    const pipeline = registry.define('users', { bulkhead: 1 }, { source: 'here', defaults });
    const free = registry.define('free', { bulkhead: false }, { source: 'here', defaults });
    const calls = Array.from({ length: 8 }, () => pipeline.execute(() => work.promise));
    calls.push(...Array.from({ length: 30 }, () => free.execute(() => work.promise)));
    await expect(pipeline.execute(succeed)).rejects.toMatchObject({ maxConcurrent: 1, maxQueue: 7 });
    work.resolve();
    await Promise.all(calls);
  });
});
