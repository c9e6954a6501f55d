import { Injectable, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { VirtualClock } from '@rookery/common/testing';
import {
  CircuitBreaker,
  PolicyRegistry,
  type PolicyOptions,
  ResilienceModule,
  Retry,
  RetryBudget,
  type RetryBudgetOptions,
  UsePolicy,
} from '@rookery/resilience';
import { bench, broken, ended, silent } from './support.js';

const AT_ONCE = { attempts: 3, backoff: { delay: 0 } } as const;

/** Lets many calls fail, and counts the attempts that they make. */
async function storm(
  clock: VirtualClock,
  calls: number,
  call: (attempt: () => Promise<never>) => Promise<unknown>,
) {
  let made = 0;
  const results = Array.from({ length: calls }, () =>
    ended(
      call(() => {
        made += 1;
        return Promise.reject(broken);
      }),
    ),
  );
  await clock.advance(1);
  expect(new Set(await Promise.all(results))).toEqual(new Set([broken]));
  return made;
}

describe('the retry budget of a pipeline', () => {
  it('is on by default: 100 failing calls make 50 retries instead of 200', async () => {
    const { define, clock, events } = bench();
    const pipeline = define({ retry: AT_ONCE });
    await expect(storm(clock, 100, (call) => pipeline.execute(call))).resolves.toBe(100 + 20 + 30);
    const refused = events.filter(({ type }) => type === 'retry-budget-exhausted');
    expect(refused.length).toBeGreaterThan(50);
    expect(refused[0]).toEqual({ type: 'retry-budget-exhausted', policy: 'users', wanted: 'retry' });
  });

  it('has the figures that it is given, and none when it is switched off', async () => {
    const attempts = async (retryBudget: RetryBudgetOptions | false) => {
      const { define, clock } = bench();
      const pipeline = define({ retry: AT_ONCE, retryBudget });
      return storm(clock, 100, (call) => pipeline.execute(call));
    };
    await expect(attempts({ ratio: 10, minPerSecond: 0 })).resolves.toBe(110);
    await expect(attempts({ minPerSecond: 0 })).resolves.toBe(120);
    await expect(attempts({ ratio: 0 })).resolves.toBe(130);
    await expect(attempts(false)).resolves.toBe(300);
  });

  it('bounds whatever load in the long run, while everything fails', async () => {
    const { define, clock } = bench();
    const pipeline = define({ retry: AT_ONCE });
    let made = 0;
    for (let second = 0; second < 60; second += 1) {
      made += await storm(clock, 100, (call) => pipeline.execute(call));
      await clock.advance(999);
    }
    expect(made).toBeGreaterThan(6_000 * 1.2);
    expect(made).toBeLessThanOrEqual(6_000 * 1.2 + 60 * 3);
  });

  it('keeps what it holds when the policy is changed, and can be switched off and on', async () => {
    const { define, registry, clock } = bench();
    const pipeline = define({ retry: AT_ONCE });
    const attempts = () => storm(clock, 100, (call) => pipeline.execute(call));
    await attempts();
    registry.reconfigure('users', { retry: AT_ONCE, retryBudget: { ratio: 50 } });
    await expect(attempts()).resolves.toBe(150);
    registry.reconfigure('users', { retry: AT_ONCE, retryBudget: false });
    await expect(attempts()).resolves.toBe(300);
    registry.reconfigure('users', { retry: AT_ONCE });
    await expect(attempts()).resolves.toBe(150);
  });

  it('comes from the defaults of the module where they have one', async () => {
    const clock = new VirtualClock();
    const defaults: PolicyOptions = { retry: AT_ONCE, retryBudget: { ratio: 10, minPerSecond: 0 } };
    const registry = new PolicyRegistry({ clock, random: () => 0 });
    const attempts = (name: string, options: PolicyOptions) => {
      const pipeline = registry.define(name, options, { source: 'here', defaults });
      return storm(clock, 100, (call) => pipeline.execute(call));
    };
    await expect(attempts('a', {})).resolves.toBe(110);
    await expect(attempts('b', { retryBudget: { ratio: 20 } })).resolves.toBe(120);
    await expect(attempts('c', { retryBudget: false })).resolves.toBe(300);
  });

  it('is the same policy whether its defaults are written or left out', () => {
    const { define } = bench();
    expect(define({ retry: 2 })).toBe(define({ retry: 2, retryBudget: { ratio: 20, minPerSecond: 3 } }));
    expect(() => define({ retry: 2, retryBudget: false })).toThrow('different settings');
  });

  it.each<[object, string]>([
    [{ retryBudget: { ratio: 200 } }, 'retryBudget.ratio: Invalid value 200.'],
    [{ retryBudget: { ratio: 0, minPerSecond: 0 } }, 'retryBudget: It allows no retry at all.'],
    [{ retryBudget: 20 }, 'retryBudget: Invalid value 20. Use an object, or false.'],
  ])('refuses %j', (options, message) => {
    expect(() => bench().define(options)).toThrow(message);
  });
});

describe('the retry budget of a method', () => {
  const call = (attempt: () => Promise<never>) => attempt();

  async function boot<T>(type: Type<T>, policies: Record<string, PolicyOptions> = {}) {
    const clock = new VirtualClock();
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ policies, clock, random: () => 0 })],
      providers: [type],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    return { app, clock, service: app.get(type), registry: app.get(PolicyRegistry) };
  }

  @Injectable()
  class Plain {
    @Retry(AT_ONCE)
    byDefault(attempt: () => Promise<never>) {
      return call(attempt);
    }

    @Retry(AT_ONCE)
    @RetryBudget({ ratio: 10, minPerSecond: 0 })
    small(attempt: () => Promise<never>) {
      return call(attempt);
    }

    @Retry(AT_ONCE)
    @RetryBudget(false)
    unbounded(attempt: () => Promise<never>) {
      return call(attempt);
    }
  }

  it('is its own: by default, with other figures, or none', async () => {
    const { app, clock, service } = await boot(Plain);
    await expect(storm(clock, 100, (attempt) => service.byDefault(attempt))).resolves.toBe(150);
    await expect(storm(clock, 100, (attempt) => service.small(attempt))).resolves.toBe(110);
    await expect(storm(clock, 100, (attempt) => service.unbounded(attempt))).resolves.toBe(300);
    await app.close();
  });

  @Injectable()
  class Using {
    @UsePolicy('users')
    plain(attempt: () => Promise<never>) {
      return call(attempt);
    }

    @UsePolicy('users')
    @Retry(AT_ONCE)
    ownRetry(attempt: () => Promise<never>) {
      return call(attempt);
    }

    @UsePolicy('users')
    @RetryBudget({ ratio: 50, minPerSecond: 0 })
    ownBudget(attempt: () => Promise<never>) {
      return call(attempt);
    }

    @UsePolicy('users')
    @Retry(AT_ONCE)
    @RetryBudget(false)
    noBudget(attempt: () => Promise<never>) {
      return call(attempt);
    }
  }

  it('is that of the named policy, shared by all who use it, unless it has its own', async () => {
    const retryBudget = { ratio: 20, minPerSecond: 0 };
    const { app, clock, service } = await boot(Using, { users: { retry: AT_ONCE, retryBudget } });
    for (const method of ['plain', 'ownRetry'] as const) {
      await expect(storm(clock, 100, (attempt) => service[method](attempt))).resolves.toBe(120);
    }
    await expect(storm(clock, 100, (attempt) => service.ownBudget(attempt))).resolves.toBe(150);
    await expect(storm(clock, 100, (attempt) => service.noBudget(attempt))).resolves.toBe(300);
    // Neither of the two with their own took from the shared one, or paid into it.
    await expect(storm(clock, 1, (attempt) => service.plain(attempt))).resolves.toBe(1);
    await app.close();
  });

  it('follows the named policy when that changes', async () => {
    @Injectable()
    class Following {
      @UsePolicy('users')
      @Retry(AT_ONCE)
      find(attempt: () => Promise<never>) {
        return call(attempt);
      }
    }
    const { app, clock, service, registry } = await boot(Following, {
      users: { retryBudget: { ratio: 10 } },
    });
    const attempts = () => storm(clock, 100, (attempt) => service.find(attempt));
    await expect(attempts()).resolves.toBe(100 + 10 + 30);
    // A policy that retries without a budget has it switched off, for the method, too.
    registry.reconfigure('users', { retry: 2, retryBudget: false });
    await expect(attempts()).resolves.toBe(300);
    // A policy that says nothing about retries leaves the method the budget of its own.
    registry.reconfigure('users', {
      circuitBreaker: { consecutiveFailures: 1_000, failureRateThreshold: false },
    });
    await expect(attempts()).resolves.toBe(150);
    await app.close();
  });

  it('is refused at boot when its figures are wrong, or when there is nothing to bound', async () => {
    @Injectable()
    class Wrong {
      @Retry(2)
      @RetryBudget({ ratio: -1 })
      find() {}
    }
    await expect(boot(Wrong)).rejects.toThrow('Wrong.find: retryBudget.ratio: Invalid value -1.');

    @Injectable()
    class Idle {
      @CircuitBreaker()
      @RetryBudget()
      find() {}
    }
    await expect(boot(Idle)).rejects.toThrow(
      'retryBudget: There are no retries that it could bound. Add @Retry(), or remove @RetryBudget().',
    );

    @Injectable()
    class Switched {
      @CircuitBreaker()
      @RetryBudget(false)
      find() {}
    }
    const { app } = await boot(Switched);
    await app.close();
  });
});
