import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentContext, sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  CircuitBreaker,
  Hedge,
  PolicyRegistry,
  type PolicyOptions,
  ResilienceModule,
  Retry,
  Signal,
  Timeout,
  UsePolicy,
} from '@rookery/resilience';
import { bench, broken, deferred, ended, silent } from './support.js';

const never = () => new Promise<never>(() => {});

describe('hedge', () => {
  it('lets the second attempt answer for a first one that hangs, and frees what it held', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({ hedge: { delay: 100 }, bulkhead: { maxConcurrent: 2, maxQueue: 0 } });
    for (let round = 0; round < 3; round += 1) {
      const result = pipeline.execute(({ number, signal }) =>
        sleep(clock, number === 1 ? 60_000 : 10, signal).then(() => number),
      );
      await clock.advance(110);
      await expect(result).resolves.toBe(2);
    }
    expect(events.map(({ type }) => type)).toEqual(['hedge', 'hedge', 'hedge']);
    expect(clock.pending).toBe(0);
  });

  it('is made under the attempt timeout and the breaker, which records no loser', async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({
      timeout: { total: 1_000, attempt: 500 },
      hedge: { delay: 100 },
      circuitBreaker: { consecutiveFailures: 1 },
    });
    const result = pipeline.execute(({ number }) => (number === 1 ? never() : Promise.resolve('second')));
    await clock.advance(100);
    await expect(result).resolves.toBe('second');
    expect([registry.state('users'), clock.pending]).toEqual(['closed', 0]);
  });

  it('records attempts that end by the total as failures, each of them', async () => {
    const { define, clock, registry } = bench();
    const pipeline = define({
      timeout: 300,
      hedge: { delay: 100 },
      circuitBreaker: { consecutiveFailures: 2 },
    });
    const result = ended(pipeline.execute(never));
    await clock.advance(300);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT', scope: 'total' });
    expect([registry.state('users'), clock.pending]).toEqual(['open', 0]);
  });

  it('goes on with the first attempt when the bulkhead turns the hedge away', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({ hedge: { delay: 100 }, bulkhead: { maxConcurrent: 1, maxQueue: 0 } });
    const answer = deferred<string>();
    const result = pipeline.execute(() => answer.promise);
    await clock.advance(100);
    expect(events.map(({ type }) => type)).toEqual(['hedge', 'rejected']);
    answer.resolve('first');
    await expect(result).resolves.toBe('first');
  });

  it('is one race for each retry, and numbers the attempts through', async () => {
    const { define, clock } = bench();
    const pipeline = define({
      retry: { attempts: 2, backoff: { delay: 10, jitter: 'none' } },
      hedge: { delay: 100 },
    });
    const numbers: number[] = [];
    const result = ended(
      pipeline.execute(async ({ number, signal }) => {
        numbers.push(number);
        await sleep(clock, 150, signal);
        throw broken;
      }),
    );
    await clock.advance(1_000);
    await expect(result).resolves.toBe(broken);
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it('shares the budget of the retries, so that a dead dependency gets little more load', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({ hedge: { delay: 100 }, retryBudget: { ratio: 10, minPerSecond: 0 } });
    let made = 0;
    const calls = Array.from({ length: 100 }, () =>
      ended(
        pipeline.execute(async ({ signal }) => {
          made += 1;
          await sleep(clock, 200, signal);
          throw broken;
        }),
      ),
    );
    await clock.advance(1_000);
    await Promise.all(calls);
    expect(made).toBe(110);
    expect(events.filter(({ type }) => type === 'retry-budget-exhausted')).toHaveLength(90);
  });

  it('waits under a cooperative timeout until both attempts have ended', async () => {
    const { define, clock } = bench();
    const pipeline = define({ timeout: { total: 200, mode: 'cooperative' }, hedge: { delay: 100 } });
    const [first, second] = [deferred<never>(), deferred<never>()];
    let over = false;
    const result = ended(pipeline.execute(({ number }) => (number === 1 ? first : second).promise)).finally(
      () => (over = true),
    );
    await clock.advance(200);
    second.reject(broken);
    await clock.advance(0);
    expect(over).toBe(false);
    first.reject(broken);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT' });
  });

  it('learns its delay, and keeps what it learned through a reconfiguration', async () => {
    const { define, clock, registry, events } = bench();
    const pipeline = define({ hedge: {} });
    const call = (ms: number) => pipeline.execute(({ signal }) => sleep(clock, ms, signal).then(() => ms));
    for (let ms = 1; ms <= 20; ms += 1) {
      const result = call(ms);
      await clock.advance(ms);
      await result;
    }
    registry.reconfigure('users', { hedge: { attempts: 3 } });
    events.length = 0;
    const slow = call(1_000);
    await clock.advance(1_000);
    await slow;
    // 19 of 20 took at most 19 ms, which is in a bucket that ends at 20 ms.
    expect(events).toEqual([
      { type: 'hedge', policy: 'users', attempt: 2, delayMs: 20 },
      { type: 'hedge', policy: 'users', attempt: 3, delayMs: 20 },
    ]);
  });

  it('hedges no more calls than its quantile says, also in the long run', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({ hedge: { delay: { quantile: 0.9 } }, retryBudget: false });
    // One first attempt of twenty hangs, from the eleventh call on. To learn from winners only would hedge ever more.
    for (let call = 1; call <= 400; call += 1) {
      const hangs = call > 10 && call % 20 === 0;
      const result = pipeline.execute(({ number, signal }) =>
        sleep(clock, number === 1 && hangs ? 10_000 : 10 + (call % 7), signal),
      );
      await clock.advance(50);
      await result;
    }
    const hedged = events.filter(({ type }) => type === 'hedge').length;
    expect(hedged).toBeGreaterThanOrEqual(20);
    expect(hedged).toBeLessThanOrEqual(40);
  });

  it('never hedges a call that may not be made twice', async () => {
    const { define, clock } = bench();
    const pipeline = define({ timeout: 1_000, hedge: { delay: 100 } });
    let made = 0;
    const result = ended(
      pipeline.execute(
        () => {
          made += 1;
          return never();
        },
        { idempotent: false },
      ),
    );
    await clock.advance(1_000);
    await result;
    expect(made).toBe(1);
  });
});

describe('what does not fit a hedge', () => {
  it.each<[PolicyOptions, string | undefined]>([
    [{ timeout: 101, hedge: { delay: 100 } }, undefined],
    [{ timeout: 100, hedge: {} }, undefined],
    [{ hedge: { delay: 100 } }, undefined],
    [{ timeout: 100 }, undefined],
    [
      { timeout: 100, hedge: { delay: 100 } },
      'hedge.delay of 100 ms is no shorter than timeout.total of 100 ms',
    ],
    [
      { timeout: { total: 1_000, attempt: 100 }, hedge: { delay: 150 } },
      'hedge.delay of 150 ms is no shorter than timeout.attempt of 100 ms, ' +
        'so no attempt would ever be joined by another. Use a delay well below 100 ms.',
    ],
    [
      { timeout: 100, hedge: { delay: { initialDelay: 200 } } },
      'hedge.delay.initialDelay of 200 ms is no shorter than timeout.total of 100 ms',
    ],
  ])('is refused: %j', (options, problem) => {
    const { define } = bench();
    if (problem === undefined) expect(() => define(options)).not.toThrow();
    else expect(() => define(options)).toThrow(problem);
  });
});

@Injectable()
class Users {
  clock = new VirtualClock();
  signals: AbortSignal[] = [];
  contexts: unknown[] = [];

  @Hedge({ delay: 100 })
  @Retry(2)
  @CircuitBreaker()
  @Timeout('1s')
  async find(id: string, @Signal() signal?: AbortSignal): Promise<string> {
    this.signals.push(signal as AbortSignal);
    this.contexts.push(currentContext().signal === signal);
    await sleep(this.clock, this.signals.length === 1 ? 60_000 : 10, signal);
    return `user ${id}`;
  }

  @UsePolicy('hedged')
  async list(): Promise<number> {
    this.signals.push(new AbortController().signal);
    return this.signals.length === 1 ? never() : this.signals.length;
  }
}

describe('@Hedge()', () => {
  async function boot(policies: Record<string, PolicyOptions> = { hedged: { hedge: { delay: 50 } } }) {
    const clock = new VirtualClock();
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, policies })],
      providers: [Users],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    const users = app.get(Users);
    users.clock = clock;
    return { app, clock, users };
  }

  it('races attempts of a method, each with its own signal', async () => {
    const { app, clock, users } = await boot();
    const result = users.find('7');
    await clock.advance(110);
    await expect(result).resolves.toBe('user 7');
    const [first, second] = users.signals;
    expect(first?.reason).toMatchObject({ code: 'HEDGE_LOST', policy: 'Users.find' });
    expect([second?.aborted, users.contexts]).toEqual([false, [true, true]]);
    await app.close();
  });

  it('comes with a named policy, too', async () => {
    const { app, clock, users } = await boot();
    const result = users.list();
    await clock.advance(50);
    await expect(result).resolves.toBe(2);
    expect(app.get(PolicyRegistry).has('hedged')).toBe(true);
    await app.close();
  });

  it('fails the boot with a bad option', async () => {
    @Injectable()
    class Orders {
      @Hedge({ attempts: 1 })
      find() {}
    }
    const app = Test.createTestingModule({ imports: [ResilienceModule.forRoot()], providers: [Orders] });
    const booted = app
      .setLogger(silent)
      .compile()
      .then((compiled) => compiled.init());
    await expect(booted).rejects.toThrow('Orders.find: hedge.attempts: Invalid value 1.');
  });

  it('fails the boot when it would come after the timeout of the method', async () => {
    @Injectable()
    class Orders {
      @Timeout(100)
      @Hedge({ delay: 100 })
      find() {}
    }
    const app = Test.createTestingModule({ imports: [ResilienceModule.forRoot()], providers: [Orders] });
    const booted = app
      .setLogger(silent)
      .compile()
      .then((compiled) => compiled.init());
    await expect(booted).rejects.toThrow('Orders.find: hedge.delay of 100 ms is no shorter');
  });
});
