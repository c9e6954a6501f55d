import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { OptionsError } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  CircuitBreaker,
  PolicyConflictError,
  PolicyInUseError,
  PolicyRegistry,
  ResilienceModule,
  Timeout,
  UsePolicy,
} from '@rookery/resilience';
import { createRegistry } from '../src/registry/create-registry.js';
import { bench, broken, deferred, ended, fail, silent, succeed } from './support.js';

describe('reconfigure', () => {
  it('gives calls from now on the new options, through the pipeline that its users hold', async () => {
    const { clock, registry, define } = bench();
    const pipeline = define({ retry: { attempts: 2, backoff: { delay: 0 } } });
    const attempts = async () => {
      let made = 0;
      const call = ended(pipeline.execute(() => ((made += 1), fail())));
      await clock.advance(0);
      await call;
      return made;
    };
    expect(await attempts()).toBe(2);
    registry.reconfigure('users', { retry: { attempts: 4, backoff: { delay: 0 } } });
    expect(await attempts()).toBe(4);
    registry.reconfigure('users', {});
    expect(await attempts()).toBe(1);
    expect(registry.pipeline('users')).toBe(pipeline);
  });

  it('keeps the circuit open until its time, and goes by the new options afterwards', async () => {
    const { clock, registry, define } = bench();
    const pipeline = define({ circuitBreaker: { consecutiveFailures: 1, openDuration: 100 } });
    await ended(pipeline.execute(fail));
    registry.reconfigure('users', {
      circuitBreaker: { consecutiveFailures: 2, openDuration: 5_000, halfOpenMaxCalls: 1 },
      timeout: '1s',
    });
    expect(registry.state('users')).toBe('open');
    await clock.advance(100);
    await pipeline.execute(succeed);
    expect(registry.state('users')).toBe('closed');
    await ended(pipeline.execute(fail));
    expect(registry.state('users')).toBe('closed');
    await ended(pipeline.execute(fail));
    expect(registry.state('users')).toBe('open');
  });

  it('ends the calls in flight as they began', async () => {
    const { clock, registry, define } = bench();
    const pipeline = define({ timeout: 500 });
    const slow = deferred<string>();
    const call = ended(pipeline.execute(() => slow.promise));
    registry.reconfigure('users', { timeout: 50 });
    const quick = ended(pipeline.execute(() => slow.promise));
    await clock.advance(50);
    await expect(quick).resolves.toMatchObject({ timeoutMs: 50 });
    slow.resolve('late');
    await expect(call).resolves.toBe('late');
  });

  it('takes a circuit away, and begins a new one when it comes back', async () => {
    const { registry, define } = bench();
    const pipeline = define({ circuitBreaker: { consecutiveFailures: 1 } });
    await ended(pipeline.execute(fail));
    registry.reconfigure('users', { circuitBreaker: false });
    expect(registry.list()).toEqual([{ name: 'users', state: undefined }]);
    await expect(pipeline.execute(succeed)).resolves.toBe('ok');
    registry.reconfigure('users', { circuitBreaker: { consecutiveFailures: 1 } });
    expect(registry.state('users')).toBe('closed');
  });

  it('refuses what cannot be used, and leaves everything as it was', async () => {
    const { clock, registry, define, events } = bench();
    const pipeline = define({ retry: { attempts: 2, backoff: { delay: 0 } } });
    const bad = { retry: 0 };
    expect(() => registry.reconfigure('users', bad)).toThrow(
      'PolicyRegistry.reconfigure("users"): retry: Invalid value 0.',
    );
    let made = 0;
    const call = ended(pipeline.execute(() => ((made += 1), fail())));
    await clock.advance(0);
    await call;
    expect([made, events.filter(({ type }) => type === 'reconfigured')]).toEqual([2, []]);
  });

  it('reports each change, and knows only names that are defined', () => {
    const { registry, define, events } = bench();
    define({});
    registry.reconfigure('users', { timeout: '1s' });
    expect(events).toEqual([{ type: 'reconfigured', policy: 'users' }]);
    expect(() => registry.reconfigure('orders', {})).toThrow(
      'Unknown policy "orders". Known policies: users.',
    );
  });

  it('leaves a definition that is repeated as it is', () => {
    const { registry, define } = bench();
    const pipeline = define({ timeout: '1s' });
    registry.reconfigure('users', { timeout: '2s' });
    expect(define({ timeout: '1s' })).toBe(pipeline);
    expect(define({ timeout: '2s' })).toBe(pipeline);
    expect(() => define({ timeout: '3s' })).toThrow(PolicyConflictError);
    expect(registry.options('users')).toEqual({ timeout: '2s' });
  });

  it('leaves a circuit in the hands of an operator', async () => {
    const { registry, define } = bench();
    define({ circuitBreaker: {}, timeout: '1s' });
    const handle = registry.admin.isolate('users', 'incident');
    expect(() => registry.reconfigure('users', { timeout: '2s' })).toThrow(
      'PolicyRegistry.reconfigure("users"): circuitBreaker: The circuit is isolated by hand ("incident"), which would ' +
        'end with it. Keep the circuitBreaker, or end that first.',
    );
    registry.reconfigure('users', { circuitBreaker: { consecutiveFailures: 9 } });
    expect(registry.state('users')).toBe('forced-open');
    handle[Symbol.dispose]();
    registry.reconfigure('users', {});
    expect(registry.state('users')).toBeUndefined();
  });

  it('lays the new options over the shared defaults as well', async () => {
    const clock = new VirtualClock();
    const registry = createRegistry({
      clock,
      defaults: { timeout: 300 },
      policies: { users: { timeout: 100 } },
    });
    const pipeline = registry.pipeline('users');
    registry.reconfigure('users', {});
    const call = ended(pipeline.execute(() => new Promise(() => undefined)));
    await clock.advance(300);
    await expect(call).resolves.toMatchObject({ timeoutMs: 300 });
  });
});

describe('a method that uses a named policy', () => {
  async function boot(options = {}) {
    const clock = new VirtualClock();
    @Injectable()
    class Users {
      calls = 0;

      @UsePolicy('users')
      find() {
        this.calls += 1;
        return fail();
      }

      @UsePolicy('users')
      @Timeout({ attempt: '2s' })
      search() {
        return new Promise(() => undefined);
      }

      @CircuitBreaker({ name: 'users', consecutiveFailures: 1 })
      count() {
        return fail();
      }
    }
    const app = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({
          clock,
          policies: { users: { circuitBreaker: { consecutiveFailures: 1 }, ...options } },
        }),
      ],
      providers: [Users],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    return { app, clock, users: app.get(Users), registry: app.get(PolicyRegistry) };
  }

  it('follows its changes', async () => {
    const { app, clock, users, registry } = await boot();
    registry.reconfigure('users', { retry: { attempts: 3, backoff: { delay: 0 } } });
    const call = ended(users.find());
    await clock.advance(0);
    await expect(call).resolves.toBe(broken);
    expect(users.calls).toBe(3);
    await app.close();
  });

  it('shares its circuit with methods that name it, and keeps it from becoming another', async () => {
    const { app, users, registry } = await boot({ bulkhead: 5 });
    const change = () =>
      registry.reconfigure('users', { circuitBreaker: { consecutiveFailures: 3 }, bulkhead: 9 });
    expect(change).toThrow(PolicyConflictError);
    expect(registry.options('users')).toMatchObject({ bulkhead: 5 });
    await ended(users.find());
    await expect(users.count()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    await app.close();
  });

  it('keeps what it declares itself', async () => {
    const { app, clock, users, registry } = await boot();
    registry.reconfigure('users', { timeout: '1s' });
    const result = ended(users.search());
    await clock.advance(1_999);
    await clock.advance(1);
    await expect(result).resolves.toMatchObject({ scope: 'attempt', timeoutMs: 2_000 });
    await app.close();
  });

  it('refuses a change under which its own declarations do not work, and nothing changes for anybody', async () => {
    const { app, users, registry } = await boot();
    const window = { slidingWindow: { type: 'time', size: '3s' } } as const;
    const change = () => registry.reconfigure('users', { circuitBreaker: window });
    expect(change).toThrow(OptionsError);
    expect(change).toThrow(
      'Users.search: circuitBreaker.slidingWindow of 3000 ms is too short for timeout.attempt of 2000 ms',
    );
    await ended(users.find());
    expect(registry.state('users')).toBe('open');
    await app.close();
  });

  it('fails the boot when its declarations do not work over the policy', async () => {
    await expect(
      boot({ circuitBreaker: { consecutiveFailures: 1, slidingWindow: { type: 'time', size: '3s' } } }),
    ).rejects.toThrow('Users.search: circuitBreaker.slidingWindow of 3000 ms is too short');
  });

  it('keeps the policy from being removed', async () => {
    const { app, registry } = await boot();
    expect(() => registry.remove('users')).toThrow(PolicyInUseError);
    await app.close();
  });
});

describe('remove', () => {
  it('forgets the policy and its circuit, and a new one starts afresh', async () => {
    const { registry, define } = bench();
    const pipeline = define({ circuitBreaker: { consecutiveFailures: 1 } });
    await ended(pipeline.execute(fail));
    expect([registry.remove('users'), registry.remove('users')]).toEqual([true, false]);
    expect([registry.has('users'), registry.list()]).toEqual([false, []]);
    // Who still holds the old pipeline is served by it.
    await expect(pipeline.execute(succeed)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    define({ circuitBreaker: { consecutiveFailures: 9 } });
    expect(registry.state('users')).toBe('closed');
  });
});

describe('defaults', () => {
  const clock = new VirtualClock();

  it('lie under every policy of the options, field by field', async () => {
    const registry = createRegistry({
      clock,
      defaults: { timeout: { total: 900, attempt: 300 }, retry: { attempts: 5, backoff: { delay: 0 } } },
      policies: { users: { timeout: 600, retry: { attempts: 2 } } },
    });
    let made = 0;
    const hang = () => ((made += 1), new Promise<never>(() => undefined));
    const call = ended(registry.pipeline('users').execute(hang));
    await clock.advance(300);
    await clock.advance(299);
    expect(made).toBe(2);
    await clock.advance(1);
    await expect(call).resolves.toMatchObject({ code: 'TIMEOUT' });
  });

  it('take a number or a duration for the first field of an option, on either side', () => {
    const short = { timeout: '500ms', retry: 4 } as const;
    const registry = createRegistry({
      defaults: { timeout: { attempt: '100ms' }, retry: { backoff: { delay: 1 } } },
      policies: { users: short },
    });
    const full = {
      timeout: { total: '500ms', attempt: '100ms' },
      retry: { attempts: 4, backoff: { delay: 1 } },
    } as const;
    expect(registry.define('users', full)).toBe(registry.pipeline('users'));
  });

  it('are switched off by false, and lie under nothing that others define', () => {
    const registry = createRegistry({
      defaults: { circuitBreaker: {} },
      policies: { users: { circuitBreaker: false }, orders: {} },
    });
    registry.define('mesh', {});
    expect(registry.list().map(({ name, state }) => [name, state])).toEqual([
      ['users', undefined],
      ['orders', 'closed'],
      ['mesh', undefined],
    ]);
  });

  it('are refused with a policy that does not fit them, by its name', () => {
    const options = {
      defaults: { timeout: { attempt: '20s' } },
      policies: { users: { circuitBreaker: {} } },
    } as const;
    expect(() => createRegistry(options)).toThrow(
      'ResilienceModule.forRoot: policies.users: circuitBreaker.slidingWindow of 30000 ms is too short for timeout.attempt of 20000 ms',
    );
  });

  it('may be what makes a policy fit', () => {
    const timeout = { attempt: '20s' } as const;
    const options = {
      defaults: { circuitBreaker: { slidingWindow: { type: 'time', size: '1m' } } },
      policies: { users: { timeout, circuitBreaker: { openDuration: '5s' } } },
    } as const;
    expect(createRegistry(options).state('users')).toBe('closed');
  });

  it('are checked themselves', async () => {
    const module = Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ defaults: { retry: -1 } })],
    });
    await expect(module.compile()).rejects.toThrow(
      'ResilienceModule.forRoot: defaults.retry: Invalid value -1.',
    );
  });
});
