import { Controller, Get, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentContext, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  type PolicyOptions,
  PolicyRegistry,
  RateLimit,
  RateLimitError,
  type RateLimitOptions,
  ResilienceModule,
  TimeoutError,
  UsePolicy,
} from '@rookery/resilience';
import fc from 'fast-check';
import { lastValueFrom, Observable } from 'rxjs';
import { bench, ended, silent, succeed } from './support.js';

/** A pipeline with a rate limit, and the times at which its calls were made. */
function limited(rateLimit: number | RateLimitOptions, others: PolicyOptions = {}) {
  const { define, ...rest } = bench();
  const pipeline = define({ rateLimit, ...others });
  const made: number[] = [];
  const call = (signal?: AbortSignal, timeout?: number) =>
    ended(
      pipeline.execute(
        async () => {
          made.push(rest.clock.monotonic());
          return 'ok';
        },
        { ...(signal && { signal }), ...(timeout !== undefined && { timeout }) },
      ),
    );
  const calls = (count: number) => Promise.all(Array.from({ length: count }, () => call()));
  return { ...rest, pipeline, made, call, calls };
}

const passed = (results: unknown[]) => results.filter((result) => result === 'ok').length;

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

describe('rate limit', () => {
  it('lets as many calls through a second as the number says, at once or spread over it', async () => {
    const { calls, call, clock, events } = limited(4);
    expect(passed(await calls(6))).toBe(4);
    await clock.advance(249);
    const error = await call();
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
      policy: 'users',
      limit: 4,
      perMs: 1_000,
      retryAfterMs: 1,
      message: 'Policy "users": rate limit of 4 per 1000 ms is used up. The next call can be made in 1 ms.',
    });
    expect(events.at(-1)).toEqual({ type: 'rejected', policy: 'users', error });
    expect(events).toHaveLength(3);
    await clock.advance(1);
    expect(passed(await calls(2))).toBe(1);
    await clock.advance(100_000);
    expect(passed(await calls(6))).toBe(4);
    expect(clock.pending).toBe(0);
  });

  it('takes the rate from per and the size of the bucket from burst', async () => {
    const { calls, clock } = limited({ limit: 60, per: '1m', burst: 2 });
    expect(passed(await calls(3))).toBe(2);
    await clock.advance(1_000);
    expect(passed(await calls(3))).toBe(1);
    await clock.advance(3_600_000);
    expect(passed(await calls(3))).toBe(2);
  });

  it('says exactly when the next call gets through', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 999 }),
        async (rate, ms) => {
          const { calls, call, clock } = limited(rate);
          await calls(rate);
          await clock.advance(ms);
          const results = await calls(rate + 1);
          const { retryAfterMs } = results.at(-1) as RateLimitError;
          await clock.advance(retryAfterMs - 1);
          await expect(call()).resolves.toMatchObject({ retryAfterMs: 1 });
          await clock.advance(1);
          await expect(call()).resolves.toBe('ok');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('makes the error without a stack trace, and reports it only where somebody listens', async () => {
    const pipeline = new PolicyRegistry({ clock: new VirtualClock() }).define('users', { rateLimit: 1 });
    await pipeline.execute(succeed);
    const error = (await ended(pipeline.execute(succeed))) as Error;
    expect(error.stack).toBe(`${error.name}: ${error.message}`);
  });

  it('lets calls wait in order for maxWait at most, and turns others away at once', async () => {
    const { calls, made, clock, events } = limited({ limit: 10, burst: 1, maxWait: '250ms' });
    const results = calls(4);
    await clock.advance(0);
    expect(events).toMatchObject([{ type: 'rejected', error: { retryAfterMs: 300 } }]);
    await clock.advance(1_000);
    expect(passed(await results)).toBe(3);
    expect([made, clock.pending]).toEqual([[0, 100, 200], 0]);
  });

  it('lets a call wait for exactly maxWait', async () => {
    const { calls, clock } = limited({ limit: 10, burst: 1, maxWait: 100 });
    const results = calls(3);
    await clock.advance(100);
    expect(passed(await results)).toBe(2);
  });

  it('lets no call wait whose turn comes after its deadline', async () => {
    const { call, clock, made } = limited({ limit: 10, burst: 1, maxWait: '1m' });
    await call();
    const late = runInContext({ deadline: 100 }, () => call());
    await expect(late).resolves.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 100 });
    const inTime = runInContext({ deadline: 101 }, () => call());
    await clock.advance(100);
    await expect(inTime).resolves.toBe('ok');
    expect(made).toEqual([0, 100]);
  });

  it('turns a call away rather than let it wait in vain for its timeout', async () => {
    const { call, clock } = limited({ limit: 1, maxWait: '1m' });
    await call();
    await expect(call(undefined, 500)).resolves.toBeInstanceOf(RateLimitError);
    expect(clock.pending).toBe(0);
  });

  it('gives the turn of a caller that leaves to the next one', async () => {
    const { call, clock, made } = limited({ limit: 10, burst: 1, maxWait: '1s' });
    const leaving = new AbortController();
    const results = [call(), call(leaving.signal), call()];
    leaving.abort('bye');
    await clock.advance(100);
    await expect(Promise.all(results)).resolves.toEqual(['ok', 'bye', 'ok']);
    expect([made, clock.pending]).toEqual([[0, 100], 0]);
  });

  it('makes calls that have waited in the context of their own callers', async () => {
    const { pipeline, call, clock } = limited({ limit: 1_000, burst: 1, maxWait: '1s' });
    await call();
    const priorities = (['low', 'high'] as const).map((priority) =>
      runInContext({ priority }, () => pipeline.execute(async () => currentContext().priority)),
    );
    await clock.advance(2);
    await expect(Promise.all(priorities)).resolves.toEqual(['low', 'high']);
  });

  it('takes a token for each attempt of a call', async () => {
    const { pipeline, clock } = limited(
      { limit: 2, per: '1h' },
      { retry: { attempts: 5, backoff: { delay: 1 } } },
    );
    let made = 0;
    const result = ended(
      pipeline.execute(async () => {
        made += 1;
        throw new Error('broken');
      }),
    );
    await clock.advance(1_000);
    await expect(result).resolves.toBeInstanceOf(RateLimitError);
    expect(made).toBe(2);
  });

  it('is not recorded by a breaker', async () => {
    const { calls, registry } = limited(1, { circuitBreaker: { consecutiveFailures: 1 } });
    expect(passed(await calls(5))).toBe(1);
    expect(registry.state('users')).toBe('closed');
  });

  it('goes on with another rate: as full as it was, with those who wait', async () => {
    const { calls, call, registry, clock, made } = limited({ limit: 10, maxWait: '1m' });
    const first = calls(11);
    await clock.advance(50);
    registry.reconfigure('users', { rateLimit: { limit: 100, burst: 10 } });
    await clock.advance(5);
    expect(passed(await first)).toBe(11);
    expect(made.at(-1)).toBe(55);
    await expect(call()).resolves.toMatchObject({ limit: 100, retryAfterMs: 10 });
    await clock.advance(50);
    registry.reconfigure('users', { rateLimit: { limit: 100, burst: 20 } });
    expect(passed(await calls(20))).toBe(10);
    expect(clock.pending).toBe(0);
  });

  it('tells those who wait when a lower rate makes them too late', async () => {
    const { call, registry, clock, events } = limited({ limit: 10, burst: 1, maxWait: '1m' });
    await call();
    const waiting = runInContext({ deadline: 500 }, () => call());
    registry.reconfigure('users', { rateLimit: { limit: 1, burst: 1 } });
    await expect(waiting).resolves.toMatchObject({ code: 'RATE_LIMITED', limit: 1, retryAfterMs: 1_000 });
    expect(events.map(({ type }) => type)).toEqual(['rejected', 'reconfigured']);
    expect(clock.pending).toBe(0);
  });

  it('lets no more than burst + limit * w / per calls through in any time w', async () => {
    const sequence = fc.array(fc.record({ wait: fc.nat(300), calls: fc.nat(5) }), {
      size: 'max',
      maxLength: 25,
    });
    const options = fc.record({
      limit: fc.integer({ min: 1, max: 20 }),
      per: fc.integer({ min: 50, max: 1_000 }),
      burst: fc.integer({ min: 1, max: 8 }),
      maxWait: fc.constantFrom(0, 50, 1_000),
    });
    await fc.assert(
      fc.asyncProperty(options, sequence, async (chosen, steps) => {
        const { call, clock, made } = limited(chosen);
        for (const { wait, calls } of steps) {
          for (let index = 0; index < calls; index += 1) void call();
          await clock.advance(wait);
        }
        await clock.advance(1_000);
        const { limit, per, burst } = chosen;
        made.forEach((end, last) =>
          made.slice(0, last + 1).forEach((start, first) => {
            if (last - first + 1 > burst + (limit * (end - start)) / per) throw new Error('too many');
          }),
        );
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe('@RateLimit', () => {
  it('limits each key by itself', async () => {
    @Injectable()
    class Mailer {
      @RateLimit({ limit: 1, per: '1m', key: (tenant: string) => tenant })
      async send(tenant: string, _text: string) {
        return `sent for ${tenant}`;
      }
    }
    const app = await boot([Mailer]);
    const mailer = app.get(Mailer);
    await expect(mailer.send('a', 'hello')).resolves.toBe('sent for a');
    await expect(mailer.send('b', 'hello')).resolves.toBe('sent for b');
    await expect(mailer.send('a', 'again')).rejects.toMatchObject({
      policy: 'Mailer.send',
      code: 'RATE_LIMITED',
      retryAfterMs: 60_000,
    });
    await app.close();
  });

  it('remembers as many keys as maxKeys', async () => {
    @Injectable()
    class Mailer {
      @RateLimit({ limit: 1, maxKeys: 2, key: (tenant: string) => tenant })
      async send(tenant: string) {
        return tenant;
      }
    }
    const app = await boot([Mailer]);
    const mailer = app.get(Mailer);
    for (const tenant of ['a', 'b', 'c']) await mailer.send(tenant);
    await expect(mailer.send('c')).rejects.toBeInstanceOf(RateLimitError);
    await expect(mailer.send('a')).resolves.toBe('a');
    await app.close();
  });

  it.each<[string, (tenant: never) => unknown, string]>([
    [
      'throws',
      (tenant: { id: string }) => tenant.id,
      'rateLimit.key threw "Cannot read properties of null (reading \'id\')"',
    ],
    ['answers nothing', () => undefined, 'rateLimit.key returned undefined when asked'],
    ['answers a number', () => 7, 'rateLimit.key returned 7 when asked'],
  ])('rejects the call when the key function %s', async (_what, key, message) => {
    @Injectable()
    class Mailer {
      @RateLimit({ limit: 1, key: key as () => string })
      async send(_tenant: unknown) {}
    }
    const app = await boot([Mailer]);
    const error = (await ended(app.get(Mailer).send(null))) as Error;
    expect(error).toMatchObject({ code: 'PREDICATE_FAILED', policy: 'Mailer.send' });
    expect(error.message).toContain(message);
    expect(error.message).toContain('Make it return a text for every call.');
    await app.close();
  });

  it('takes no turn for a caller who has left when its key is known', async () => {
    const leaving = new AbortController();
    @Injectable()
    class Mailer {
      @RateLimit({
        limit: 1,
        maxWait: '1m',
        key: (leave: boolean) => {
          if (leave) leaving.abort('bye');
          return 'all';
        },
      })
      async send(_leave: boolean) {}
    }
    const app = await boot([Mailer]);
    const mailer = app.get(Mailer);
    await mailer.send(false);
    const { signal } = leaving;
    await expect(runInContext({ signal }, () => mailer.send(true))).rejects.toBe('bye');
    expect(app.clock.pending).toBe(0);
    await app.close();
  });

  it("shares the keys of a named policy between methods; calls without arguments have the policy's own limit", async () => {
    @Injectable()
    class Mailer {
      @UsePolicy('mails')
      async send(tenant: string) {
        return tenant;
      }

      @UsePolicy('mails')
      async remind(tenant: string) {
        return tenant;
      }
    }
    const key = (tenant: string) => tenant;
    const app = await boot([Mailer], { mails: { rateLimit: { limit: 1, key } } });
    const mailer = app.get(Mailer);
    await expect(mailer.send('a')).resolves.toBe('a');
    await expect(mailer.remind('a')).rejects.toBeInstanceOf(RateLimitError);
    const registry = app.get(PolicyRegistry);
    await expect(registry.pipeline('mails').execute(succeed)).resolves.toBe('ok');
    await expect(registry.pipeline('mails').execute(succeed)).rejects.toBeInstanceOf(RateLimitError);
    registry.reconfigure('mails', { rateLimit: { limit: 1, burst: 3, key } });
    await expect(mailer.send('a')).rejects.toBeInstanceOf(RateLimitError);
    await expect(mailer.send('b')).resolves.toBe('b');
    await app.clock.advance(3_000);
    for (let call = 0; call < 3; call += 1) await mailer.send('a');
    await expect(mailer.send('a')).rejects.toBeInstanceOf(RateLimitError);
    registry.reconfigure('mails', { rateLimit: { limit: 2, burst: 3, key } });
    await expect(mailer.send('a')).rejects.toBeInstanceOf(RateLimitError);
    registry.reconfigure('mails', { rateLimit: { limit: 2, key: (tenant: string) => tenant } });
    await expect(mailer.send('a')).resolves.toBe('a');
    await app.close();
  });

  it('counts each subscription of a stream', async () => {
    @Injectable()
    class Feed {
      @RateLimit(1)
      all(): Observable<number> {
        return new Observable((reader) => {
          reader.next(2);
          reader.complete();
        });
      }
    }
    const app = await boot([Feed]);
    const stream = app.get(Feed).all();
    await expect(lastValueFrom(stream)).resolves.toBe(2);
    await expect(lastValueFrom(stream)).rejects.toBeInstanceOf(RateLimitError);
    await app.close();
  });

  it('is left in time by a call whose total timeout is over', async () => {
    const { call, clock, made } = limited({ limit: 10, burst: 1, maxWait: '1m' });
    const results = [call(undefined, 101), call(undefined, 101)];
    await clock.advance(1);
    results.push(call(undefined, 101));
    await clock.advance(1_000);
    const [first, second, third] = await Promise.all(results);
    expect([first, second, made]).toEqual(['ok', 'ok', [0, 100]]);
    expect(third).toBeInstanceOf(RateLimitError);
    expect(third).not.toBeInstanceOf(TimeoutError);
  });

  it('answers 429 with Retry-After in a controller', async () => {
    @Controller('mails')
    class Mails {
      @Get()
      @RateLimit({ limit: 1, per: '90s' })
      list() {
        return [];
      }
    }
    const clock = new VirtualClock();
    const app = (
      await Test.createTestingModule({
        imports: [ResilienceModule.forRoot({ clock })],
        controllers: [Mails],
      })
        .setLogger(silent)
        .compile()
    ).createNestApplication();
    await app.listen(0, '127.0.0.1');
    const url = `${await app.getUrl()}/mails`;
    expect((await fetch(url)).status).toBe(200);
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '90']);
    await expect(answer.json()).resolves.toMatchObject({ code: 'RATE_LIMITED' });
    await app.close();
  });

  it.each<[string, unknown, string]>([
    ['no calls at all', 0, 'Mailer.send: rateLimit: Invalid value 0. Use a whole number from 1 to 10000000.'],
    ['half a call', 0.5, 'rateLimit: Invalid value 0.5.'],
    ['no limit', {}, 'rateLimit.limit: Missing.'],
    ['a limit that is too high', { limit: 10_000_001 }, 'rateLimit.limit: Invalid value 10000001.'],
    ['no time', { limit: 1, per: 0 }, 'rateLimit.per: Invalid value 0.'],
    ['an empty bucket', { limit: 1, burst: 0 }, 'rateLimit.burst: Invalid value 0.'],
    ['a negative wait', { limit: 1, maxWait: -1 }, 'rateLimit.maxWait: Invalid value -1.'],
    ['no keys', { limit: 1, maxKeys: 0, key: () => 'a' }, 'rateLimit.maxKeys: Invalid value 0.'],
    [
      'a number of keys without a key',
      { limit: 1, maxKeys: 5 },
      'rateLimit.maxKeys: There are no keys without key, a function. Give it, or leave maxKeys out.',
    ],
    ['a fixed key', { limit: 1, key: 'a' }, 'rateLimit.key: Invalid value "a". Use a function.'],
    ['a misspelt option', { limit: 1, brust: 1 }, 'rateLimit.brust: Unknown option.'],
    ['a text', '10', 'rateLimit: Invalid value "10".'],
  ])('refuses %s at boot', async (_what, options, message) => {
    @Injectable()
    class Mailer {
      @RateLimit(options as RateLimitOptions)
      send() {}
    }
    await expect(boot([Mailer])).rejects.toThrow(message);
  });

  it('refuses, before anything runs, a key that does not take what the method takes', () => {
    class Mailer {
      // @ts-expect-error -- the key takes a number, the method a text
      @RateLimit({ limit: 1, key: (tenant: number) => tenant.toFixed() })
      send(_tenant: string) {}
    }
    expect(Mailer).toBeDefined();
  });

  it('is laid over shared defaults field by field, and switched off by false', async () => {
    const registry = new PolicyRegistry({ clock: new VirtualClock() });
    const defaults = { rateLimit: { limit: 1, burst: 3 } };
    const users = registry.define('users', { rateLimit: 7 }, { source: 'here', defaults });
    for (let call = 0; call < 3; call += 1) await users.execute(succeed);
    await expect(users.execute(succeed)).rejects.toMatchObject({ limit: 7, retryAfterMs: 143 });
    const free = registry.define('free', { rateLimit: false }, { source: 'here', defaults });
    for (let call = 0; call < 9; call += 1) await free.execute(succeed);
  });
});
