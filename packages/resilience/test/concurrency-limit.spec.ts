import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  ConcurrencyLimit,
  ConcurrencyLimitError,
  type ConcurrencyLimitOptions,
  type LimitChanged,
  type PolicyOptions,
  PolicyRegistry,
  type Priority,
  ResilienceModule,
  TimeoutError,
} from '@rookery/resilience';
import { lastValueFrom, Observable, timer } from 'rxjs';
import { bench, type Deferred, deferred, ended, silent, succeed, withStatus } from './support.js';

/** A pipeline with a limit, and calls that end when the test says so. */
function guarded(concurrencyLimit: ConcurrencyLimitOptions, others: PolicyOptions = {}) {
  const { define, ...rest } = bench();
  const pipeline = define({ concurrencyLimit, ...others });
  const begun: string[] = [];
  const call = (name: string, options: { priority?: Priority; signal?: AbortSignal } = {}) => {
    const work: Deferred<string> = deferred();
    const result = ended(
      pipeline.execute(() => {
        begun.push(name);
        return work.promise;
      }, options),
    );
    return { result, end: () => work.resolve(name), fail: work.reject };
  };
  const settle = () => rest.clock.advance(0);
  const changes = () => rest.events.filter((event): event is LimitChanged => event.type === 'limit-changed');
  /** This many callers, who each make one call after the other for a while. */
  const press = async (callers: number, forMs: number, serve: () => Promise<unknown>, pauseMs = 20) => {
    const until = rest.clock.monotonic() + forMs;
    const caller = async () => {
      while (rest.clock.monotonic() < until) {
        await pipeline.execute(serve).catch(() => {});
        await pause(pauseMs);
      }
    };
    const all = Array.from({ length: callers }, caller);
    await rest.clock.advance(forMs + 10_000);
    await Promise.all(all);
  };
  const pause = (ms: number) => new Promise<void>((resolve) => void rest.clock.schedule(ms, resolve));
  const takes = (ms: number) => () => pause(ms);
  const fails = (error: unknown) => async () => {
    await pause(20);
    throw error;
  };
  return { ...rest, pipeline, begun, call, settle, changes, press, takes, fails };
}

async function boot(provider: new () => object, policies: Record<string, PolicyOptions> = {}) {
  const clock = new VirtualClock();
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ clock, policies })],
    providers: [provider],
  })
    .setLogger(silent)
    .compile();
  await app.init();
  return Object.assign(app, { clock });
}

describe('the concurrency limit', () => {
  it('lets 20 calls in and half as many wait by default', async () => {
    const { call, begun, events } = guarded({});
    const calls = Array.from({ length: 30 }, (_, index) => call(String(index)));
    const error = await call('one more').result;
    expect(error).toBeInstanceOf(ConcurrencyLimitError);
    expect(error).toMatchObject({
      code: 'CONCURRENCY_LIMITED',
      status: 503,
      policy: 'users',
      limit: 20,
      reason: 'full',
      retryAfterMs: 1_000,
      message:
        'Policy "users": 20 calls at once are as many as are answered in good time now. ' +
        'There was no place left to wait for one of them to end. Try again in about 1000 ms.',
    });
    expect((error as Error).stack).toBe(`ConcurrencyLimitError: ${(error as Error).message}`);
    expect(begun).toHaveLength(20);
    expect(events).toEqual([{ type: 'rejected', policy: 'users', error }]);
    calls[3]?.end();
    await calls[3]?.result;
    expect(begun).toHaveLength(21);
  });

  it('rounds the half up', async () => {
    const { call } = guarded({ initial: 1 });
    call('running');
    const waiting = call('waiting');
    await expect(call('third').result).resolves.toMatchObject({ limit: 1, reason: 'full' });
    const left = Promise.race([waiting.result, Promise.resolve('waits')]);
    await expect(left).resolves.toBe('waits');
  });

  it('works where nobody listens to its events', async () => {
    const pipeline = new PolicyRegistry().define('users', { concurrencyLimit: { max: 1, maxQueue: 0 } });
    const work = deferred<void>();
    const first = pipeline.execute(() => work.promise);
    await expect(pipeline.execute(succeed)).rejects.toBeInstanceOf(ConcurrencyLimitError);
    work.resolve();
    await first;
  });

  it('serves by priority and by arrival', async () => {
    const { call, begun, settle } = guarded({ max: 1, maxQueue: 4 });
    const calls = [
      call('running'),
      call('low', { priority: 'low' }),
      call('a'),
      call('high', { priority: 'high' }),
      call('b'),
      call('critical', { priority: 'critical' }),
    ];
    for (const each of calls) each.end();
    await settle();
    expect(begun).toEqual(['running', 'critical', 'high', 'a', 'b', 'low']);
  });

  it.each([
    ['low', 2],
    ['normal', 4],
    ['high', 12],
    ['critical', 12],
  ] as const)('has calls of %s priority wait in %i places of a queue for 4', async (priority, places) => {
    const { call, events } = guarded({ max: 1, maxQueue: 4 });
    call('running');
    for (let waiting = 0; waiting < places; waiting += 1) call('waiting', { priority });
    expect(events).toEqual([]);
    await expect(call('one more', { priority }).result).resolves.toMatchObject({ reason: 'full' });
  });

  it('turns those away at once that find their places taken by what matters more', async () => {
    const { call, events } = guarded({ max: 1, maxQueue: 2 });
    call('running');
    for (let waiting = 0; waiting < 2; waiting += 1) call('waiting', { priority: 'high' });
    await expect(call('normal').result).resolves.toMatchObject({ reason: 'full' });
    expect(events).toHaveLength(1);
  });

  it('gives the place of the lowest to a higher one when all places are taken', async () => {
    const { call } = guarded({ max: 1, maxQueue: 2 });
    call('running');
    call('normal');
    const newest = call('newest');
    for (let waiting = 0; waiting < 4; waiting += 1) call('high', { priority: 'high' });
    call('critical', { priority: 'critical' });
    await expect(newest.result).resolves.toMatchObject({
      reason: 'displaced',
      message: expect.stringContaining(
        'A call of a higher priority took the place of this one in the queue.',
      ),
    });
  });

  it('lets nobody wait where there is no queue', async () => {
    const { call } = guarded({ max: 1, maxQueue: 0 });
    call('running');
    await expect(call('critical', { priority: 'critical' }).result).resolves.toMatchObject({
      reason: 'full',
    });
  });

  it('inherits the priority of the call that is running', async () => {
    const { call, begun, settle } = guarded({ max: 1, maxQueue: 2 });
    const calls = [call('running'), call('normal')];
    runInContext({ priority: 'critical' }, () => calls.push(call('critical')));
    for (const each of calls) each.end();
    await settle();
    expect(begun).toEqual(['running', 'critical', 'normal']);
  });

  it('frees the place of a waiter that aborts, and lets none wait for longer than its deadline', async () => {
    const { call, clock } = guarded({ max: 1, maxQueue: 1 });
    call('running');
    const leaving = new AbortController();
    const first = call('first', { signal: leaving.signal });
    leaving.abort('bye');
    await expect(first.result).resolves.toBe('bye');
    const second = runInContext({ deadline: 300 }, () => call('second'));
    await clock.advance(300);
    await expect(second.result).resolves.toMatchObject({
      reason: 'queue-timeout',
      message: expect.stringContaining('None of them ended while the call could wait.'),
    });
    expect(clock.pending).toBe(0);
  });

  it('counts work that goes on after its timeout', async () => {
    const { call, clock, begun } = guarded({ max: 1, maxQueue: 0 }, { timeout: '100ms' });
    const hanging = call('hanging');
    await clock.advance(100);
    await expect(hanging.result).resolves.toBeInstanceOf(TimeoutError);
    await expect(call('second').result).resolves.toMatchObject({ reason: 'full' });
    hanging.end();
    await clock.advance(0);
    call('third');
    expect(begun).toEqual(['hanging', 'third']);
  });

  it('is not tried again by a retry, and not recorded by a breaker', async () => {
    const { call, registry, clock } = guarded(
      { max: 1, maxQueue: 0 },
      { retry: 3, circuitBreaker: { consecutiveFailures: 1 } },
    );
    call('running');
    await expect(call('second').result).resolves.toBeInstanceOf(ConcurrencyLimitError);
    expect([registry.state('users'), clock.pending]).toEqual(['closed', 0]);
  });

  it('grows under a load that is served as fast as before, and reports whole numbers', async () => {
    const { press, takes, changes } = guarded({ initial: 4, max: 8 });
    await press(12, 10_000, takes(50));
    expect(changes().map(({ from, to }) => [from, to])).toEqual([
      [4, 5],
      [5, 6],
      [6, 7],
      [7, 8],
    ]);
    expect(changes()[0]).toEqual({ type: 'limit-changed', policy: 'users', from: 4, to: 5 });
  });

  it('shrinks when calls are refused', async () => {
    const { press, fails, changes } = guarded({ initial: 4 });
    await press(12, 10_000, fails(withStatus(503)));
    expect(changes().at(-1)?.to).toBe(1);
  });

  it('shrinks when calls time out', async () => {
    const { press, takes, changes } = guarded({ initial: 4 }, { timeout: '50ms' });
    await press(12, 10_000, takes(60));
    expect(changes().at(-1)?.to).toBe(1);
  });

  it('does not shrink when calls fail otherwise', async () => {
    const { press, fails, changes } = guarded({ initial: 4 });
    await press(12, 10_000, fails(withStatus(500)));
    expect(changes()).toEqual([]);
  });

  it('lets those in that wait when the limit grows', async () => {
    const { call, registry, begun, settle, changes } = guarded({ max: 1, maxQueue: 3 });
    for (const name of ['a', 'b', 'c', 'd']) call(name);
    registry.reconfigure('users', { concurrencyLimit: { min: 3, maxQueue: 3 } });
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(changes()).toEqual([{ type: 'limit-changed', policy: 'users', from: 1, to: 3 }]);
  });

  it('keeps what it has learned when it is reconfigured', async () => {
    const { call, registry, press, takes, begun } = guarded({ initial: 4, max: 8 });
    await press(12, 10_000, takes(50));
    registry.reconfigure('users', { concurrencyLimit: { max: 60, maxQueue: 0 } });
    for (let index = 0; index < 50; index += 1) void call(String(index)).result;
    expect(begun).toHaveLength(8);
    registry.reconfigure('users', { concurrencyLimit: { max: 3, maxQueue: 0 } });
    await expect(call('more').result).resolves.toMatchObject({ limit: 3 });
  });

  it('says how long the queue will take when that is more than a second', async () => {
    const { call, press, takes } = guarded({ min: 4, max: 4, maxQueue: 2 });
    await press(8, 60_000, takes(3_000), 500);
    for (let index = 0; index < 6; index += 1) void call(String(index)).result;
    // One and a half rounds of three seconds.
    const { retryAfterMs } = (await call('more').result) as ConcurrencyLimitError;
    expect(retryAfterMs).toBeCloseTo(4_500, 0);
  });
});

describe('@ConcurrencyLimit', () => {
  it('asks for the priority with the arguments of the method', async () => {
    const order: string[] = [];
    const work = deferred<void>();
    @Injectable()
    class Jobs {
      @ConcurrencyLimit({
        max: 1,
        maxQueue: 2,
        priority: (job: string) => (job === 'urgent' ? 'high' : undefined),
      })
      async run(job: string) {
        order.push(job);
        await work.promise;
      }
    }
    const app = await boot(Jobs);
    const jobs = app.get(Jobs);
    const all = ['first', 'second', 'urgent'].map((job) => jobs.run(job));
    work.resolve();
    await Promise.all(all);
    expect(order).toEqual(['first', 'urgent', 'second']);
    await app.close();
  });

  it('holds the permit of a stream until it ends', async () => {
    @Injectable()
    class Feed {
      @ConcurrencyLimit({ max: 1, maxQueue: 0 })
      read(): Observable<number> {
        return new Observable((reader) => timer(0).subscribe(reader));
      }
    }
    const app = await boot(Feed);
    const feed = app.get(Feed);
    const first = lastValueFrom(feed.read());
    await expect(lastValueFrom(feed.read())).rejects.toBeInstanceOf(ConcurrencyLimitError);
    await first;
    await expect(lastValueFrom(feed.read())).resolves.toBe(0);
    await app.close();
  });

  it.each([
    [{ min: 0 }, 'Users.find: concurrencyLimit.min: Invalid value 0.'],
    [{ min: 9, max: 3 }, 'Users.find: concurrencyLimit.min: It is 9 and so more than max, 3.'],
  ])('is refused at boot with %j', async (options, message) => {
    @Injectable()
    class Users {
      @ConcurrencyLimit(options)
      find() {}
    }
    await expect(boot(Users)).rejects.toThrow(message);
  });

  it('is refused under a bulkhead that is narrower than its minimum', async () => {
    @Injectable()
    class Users {
      find() {}
    }
    const policies = { users: { bulkhead: 5, concurrencyLimit: { min: 6 } } };
    await expect(boot(Users, policies)).rejects.toThrow(
      'policies.users: bulkhead.maxConcurrent of 5 is less than concurrencyLimit.min of 6',
    );
  });
});
