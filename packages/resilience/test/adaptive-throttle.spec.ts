import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { runInContext } from '@rookery/common';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import {
  AdaptiveThrottle,
  type AdaptiveThrottleOptions,
  CircuitOpenError,
  PolicyRegistry,
  type PolicyOptions,
  ResilienceModule,
  Retry,
  RetryBudget,
  ThrottledError,
} from '@rookery/resilience';
import { lastValueFrom, Observable, of, throwError } from 'rxjs';
import { bench, broken, ended, fail, silent, succeed, withStatus } from './support.js';

/** A pipeline with a throttle; 0.5 is drawn for every call. */
function throttled(adaptiveThrottle: AdaptiveThrottleOptions = {}, others: PolicyOptions = {}) {
  const { define, ...rest } = bench();
  const pipeline = define({ adaptiveThrottle, ...others });
  const many = async (count: number, call: () => Promise<unknown>) => {
    const results = [];
    for (let made = 0; made < count; made += 1) results.push(await ended(pipeline.execute(call)));
    return results;
  };
  return { ...rest, pipeline, many };
}

async function boot(provider: new () => object, random = () => 0.5, clock = new VirtualClock()) {
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ clock, random })],
    providers: [provider],
  })
    .setLogger(silent)
    .compile();
  return app.init();
}

const refused = expect.any(ThrottledError) as unknown;

describe('the adaptive throttle', () => {
  it('turns calls away once enough of them failed', async () => {
    const { many, pipeline, events } = throttled();
    await expect(many(10, fail)).resolves.toEqual(Array(10).fill(broken));
    const error = await ended(pipeline.execute(succeed));
    expect(error).toBeInstanceOf(ThrottledError);
    expect(error).toMatchObject({
      code: 'THROTTLED',
      status: 503,
      policy: 'users',
      rejectionRate: 0.9,
      message:
        'Policy "users": too many of the last calls failed, so 90 % of the calls of this priority are turned away. ' +
        'Fewer are as soon as more of those that are let through succeed.',
    });
    expect((error as Error).stack).toBe(`ThrottledError: ${(error as Error).message}`);
    expect(events).toEqual([{ type: 'rejected', policy: 'users', error }]);
  });

  it('lets calls through by chance', async () => {
    const draws = [0.95, 0.89, 0.9];
    const registry = new PolicyRegistry({ clock: new VirtualClock(), random: () => draws.shift() ?? 0 });
    const pipeline = registry.define('users', { adaptiveThrottle: {} });
    for (let made = 0; made < 10; made += 1) await ended(pipeline.execute(fail));
    await expect(pipeline.execute(fail)).rejects.toBe(broken);
    await expect(pipeline.execute(succeed)).rejects.toEqual(refused);
    await expect(pipeline.execute(fail)).rejects.toBe(broken);
  });

  it('counts what it turned away', async () => {
    const { many } = throttled({ minimumCalls: 1 });
    await many(6, succeed);
    // Twice the six accepted ones are twelve; with more and more failures the rate passes one half.
    const results = await many(40, fail);
    const first = results.findIndex((result) => result instanceof ThrottledError);
    // 25 requests and 6 accepts are (25 - 2 * 6) / 26, which is one half; the draw is below it with the next.
    expect(first).toBe(20);
    expect(results.slice(first)).toEqual(Array(20).fill(refused));
  });

  it.each([
    ['a success', succeed, 0],
    ["an answer that is the caller's fault", () => Promise.reject(withStatus(404)), 0],
    ['a failure', fail, 1],
    ['a 503', () => Promise.reject(withStatus(503)), 1],
    ['a rejection by another policy', () => Promise.reject(new CircuitOpenError('other', 9)), 0],
  ])('judges %s', async (_what, call, throttles) => {
    const { many, pipeline } = throttled({ minimumCalls: 1 });
    await many(40, call);
    const turnedAway = (await ended(pipeline.execute(succeed))) instanceof ThrottledError;
    expect(turnedAway).toBe(throttles === 1);
  });

  it('does not take a rejection by another policy for an accepted request', async () => {
    const { many, pipeline } = throttled();
    await many(10, () => Promise.reject(new CircuitOpenError('other', 9)));
    await many(10, fail);
    await expect(pipeline.execute(succeed)).rejects.toEqual(refused);
  });

  it("takes an answer that is the caller's fault for an accepted request", async () => {
    const { many } = throttled();
    await many(10, () => Promise.reject(withStatus(404)));
    // With 20 accepts or so many failures more, the rate would still be far from the draw of one half.
    const results = await many(20, fail);
    expect(results).toEqual(Array(20).fill(broken));
    await expect(many(30, fail)).resolves.toContainEqual(refused);
  });

  it('does not count calls that their caller gave up', async () => {
    const { many, pipeline } = throttled({ minimumCalls: 1 });
    for (let made = 0; made < 40; made += 1) {
      const leaving = new AbortController();
      const call = async () => {
        leaving.abort('bye');
        throw broken;
      };
      await ended(pipeline.execute(call, { signal: leaving.signal }));
    }
    await expect(many(1, succeed)).resolves.toEqual(['ok']);
  });

  it('does not take what another policy answered with 404 for an accepted request', async () => {
    const { many } = throttled();
    const rejection = Object.assign(new CircuitOpenError('other', 9), { status: 404 });
    await many(100, () => Promise.reject(rejection));
    const results = await many(15, fail);
    expect(results.slice(0, 10)).toEqual(Array(10).fill(broken));
    expect(results.slice(10)).toEqual(Array(5).fill(refused));
  });

  it('does not take what its caller gave up for an accepted request', async () => {
    const { many, pipeline } = throttled();
    for (let made = 0; made < 100; made += 1) {
      await ended(pipeline.execute(fail, { signal: AbortSignal.abort('bye') }));
      const leaving = new AbortController();
      const call = () => {
        leaving.abort('bye');
        return fail();
      };
      await ended(pipeline.execute(call, { signal: leaving.signal }));
    }
    const results = await many(11, fail);
    expect(results.at(-1)).toEqual(refused);
  });

  it('names the option whose function threw', async () => {
    @Injectable()
    class Users {
      @AdaptiveThrottle({
        priority: (): undefined => {
          throw new Error('bug');
        },
      })
      async find() {}
    }
    const app = await boot(Users);
    await expect(app.get(Users).find()).rejects.toMatchObject({ option: 'adaptiveThrottle.priority' });
    await app.close();
  });

  it('turns the lowest away first', async () => {
    const { pipeline, many } = throttled({ minimumCalls: 1 });
    const low = () => ended(pipeline.execute(fail, { priority: 'low' }));
    for (let made = 0; made < 60; made += 1) await low();
    await many(20, fail);
    await expect(low()).resolves.toEqual(refused);
    const critical = runInContext({ priority: 'critical' }, () => pipeline.execute(succeed));
    await expect(critical).resolves.toBe('ok');
  });

  it('forgets what is older than its window', async () => {
    const { many, clock } = throttled({ window: '10s' });
    await many(40, fail);
    await clock.advance(10_000);
    await expect(many(1, succeed)).resolves.toEqual(['ok']);
  });

  it('is not tried again by a retry, and not recorded by a breaker', async () => {
    const { pipeline, registry, clock } = throttled(
      { window: '10m' },
      {
        retry: 3,
        retryBudget: false,
        circuitBreaker: { consecutiveFailures: 13, failureRateThreshold: false },
      },
    );
    for (let made = 0; made < 4; made += 1) {
      const call = ended(pipeline.execute(fail));
      await clock.advance(60_000);
      await call;
    }
    await expect(pipeline.execute(succeed)).rejects.toEqual(refused);
    expect([registry.state('users'), clock.pending]).toEqual(['closed', 0]);
  });

  it('keeps its counts when it is reconfigured, unless the window is another', async () => {
    const { many, pipeline, registry } = throttled();
    await many(10, fail);
    registry.reconfigure('users', { adaptiveThrottle: { maxRejectionRate: 80 } });
    await expect(pipeline.execute(succeed)).rejects.toMatchObject({ rejectionRate: 0.8 });
    registry.reconfigure('users', { adaptiveThrottle: { window: '1m' } });
    await expect(pipeline.execute(succeed)).resolves.toBe('ok');
  });

  it('works where nobody listens to its events', async () => {
    const registry = new PolicyRegistry({ clock: new VirtualClock(), random: () => 0 });
    const pipeline = registry.define('users', { adaptiveThrottle: { minimumCalls: 1 } });
    await ended(pipeline.execute(fail));
    await expect(pipeline.execute(succeed)).rejects.toEqual(refused);
  });

  it('sends a service with room for 100 calls a second at most about twice as many, and all once it is well', async () => {
    const clock = new VirtualClock();
    const registry = new PolicyRegistry({ clock, random: seededRandom(5) });
    const pipeline = registry.define('users', { adaptiveThrottle: { window: '20s' } });
    let room = 100;
    const second = async (demand: number) => {
      let sent = 0;
      for (let made = 0; made < demand; made += 1) {
        await ended(pipeline.execute(() => (++sent <= room ? succeed() : fail())));
      }
      await clock.advance(1_000);
      return sent;
    };
    for (let passed = 0; passed < 40; passed += 1) await second(500);
    const sent = await second(500);
    expect(sent).toBeGreaterThan(150);
    expect(sent).toBeLessThan(250);
    room = 500;
    for (let passed = 0; passed < 60; passed += 1) await second(500);
    expect(await second(500)).toBe(500);
  });
});

describe('@AdaptiveThrottle', () => {
  it('throttles a method, and asks for the priority with its arguments', async () => {
    @Injectable()
    class Users {
      @AdaptiveThrottle({
        minimumCalls: 1,
        priority: (kind: string) => (kind === 'payment' ? 'critical' : 'low'),
      })
      async find(kind: string) {
        if (kind === 'report') throw broken;
        return kind;
      }
    }
    const app = await boot(Users);
    const users = app.get(Users);
    for (let made = 0; made < 20; made += 1) await ended(users.find('report'));
    await expect(users.find('page')).rejects.toThrow(
      'Policy "Users.find": too many of the last calls failed',
    );
    await expect(users.find('payment')).resolves.toBe('payment');
    await app.close();
  });

  it('takes a stream for accepted with its first value, once', async () => {
    @Injectable()
    class Feed {
      @AdaptiveThrottle({ minimumCalls: 1 })
      read(values: number): Observable<number> {
        return new Observable((reader) => {
          for (let value = 0; value < values; value += 1) reader.next(value);
          reader.error(broken);
        });
      }
    }
    const app = await boot(Feed);
    const feed = app.get(Feed);
    const read = (values: number) => ended(lastValueFrom(feed.read(values)));
    for (let made = 0; made < 20; made += 1) await expect(read(2)).resolves.toBe(broken);
    // Forty failures leave 20 of 60 accepted, and a third is turned away: not by a draw of one half.
    for (let made = 0; made < 40; made += 1) await expect(read(0)).resolves.toBe(broken);
    for (let made = 0; made < 22; made += 1) await read(0);
    await expect(read(1)).resolves.toEqual(refused);
    await app.close();
  });

  it('counts each attempt of a stream once', async () => {
    @Injectable()
    class Feed {
      attempts = 0;

      @Retry({ attempts: 3, backoff: { delay: 0 } })
      @RetryBudget(false)
      @AdaptiveThrottle()
      read(): Observable<number> {
        this.attempts += 1;
        return this.attempts % 3 === 0 ? of(1) : throwError(() => broken);
      }
    }
    const draw = { next: 1 };
    const clock = new VirtualClock();
    const app = await boot(Feed, () => draw.next, clock);
    const feed = app.get(Feed);
    const read = async () => {
      const end = ended(lastValueFrom(feed.read()));
      await clock.advance(0);
      return end;
    };
    for (let made = 0; made < 10; made += 1) await expect(read()).resolves.toBe(1);
    draw.next = 0;
    // Of 30 attempts 10 were accepted: (30 - 2 * 10) / 31.
    await expect(read()).resolves.toMatchObject({ code: 'THROTTLED', rejectionRate: 10 / 31 });
    await app.close();
  });

  it('is refused at boot with a bad option', async () => {
    @Injectable()
    class Users {
      @AdaptiveThrottle({ multiplier: 0 })
      find() {}
    }
    await expect(boot(Users)).rejects.toThrow('Users.find: adaptiveThrottle.multiplier: Invalid value 0.');
  });
});
