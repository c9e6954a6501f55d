import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  CircuitAdmin,
  CircuitBreaker,
  CircuitOpenError,
  Fallback,
  PolicyRegistry,
  ResilienceModule,
  Retry,
  Timeout,
  UsePolicy,
} from '@rookery/resilience';
import {
  describeMethod,
  describePipeline,
  noPolicies,
  recordEvents,
  trip,
  VirtualClock,
} from '@rookery/resilience/testing';
import { bench, broken, fail, silent, succeed } from './support.js';

const key = Symbol('key');

@Injectable()
class Users {
  calls = 0;

  @UsePolicy('users')
  @Retry(3)
  @Timeout('1s')
  @CircuitBreaker({ name: 'find' })
  @Fallback(() => 'nobody')
  find(): Promise<string> {
    this.calls += 1;
    return Promise.reject(broken);
  }
}

describe('describePipeline', () => {
  it('tells the stages from the outside in, with their settings', () => {
    const { define } = bench();
    const pipeline = define({ circuitBreaker: {}, retry: 4, timeout: { total: '2s', attempt: '500ms' } });
    const described = describePipeline(pipeline);
    expect(described.map(({ stage }) => stage)).toEqual([
      'totalTimeout',
      'retry',
      'circuitBreaker',
      'attemptTimeout',
      'retryBudget',
    ]);
    expect(described[0]).toEqual({
      stage: 'totalTimeout',
      settings: { scope: 'total', limitMs: 2_000, mode: 'race' },
    });
    expect(described[1]).toMatchObject({ settings: { attempts: 4 } });
  });

  it('follows a change', () => {
    const { define, registry } = bench();
    const pipeline = define({ timeout: '1s' });
    registry.reconfigure('users', {});
    expect(describePipeline(pipeline)).toEqual([]);
  });

  it('refuses a pipeline of another make', () => {
    expect(() => describePipeline({ name: 'x', execute: (call) => call({} as never) })).toThrow(
      'Not a pipeline of a PolicyRegistry.',
    );
  });
});

describe('describeMethod', () => {
  @Injectable()
  class Inherited extends Users {}

  @Injectable()
  class Overridden extends Users {
    override find(): Promise<string> {
      return Promise.resolve('me');
    }
  }

  @Injectable()
  class Symbolic {
    @Retry(2)
    [key]() {}
  }

  async function boot(registry?: PolicyRegistry) {
    const module = Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ policies: { users: { retry: 5, bulkhead: 7 } } })],
      providers: [Users, Inherited, Overridden, Symbolic],
    });
    if (registry) module.overrideProvider(PolicyRegistry).useValue(registry);
    const app = await module.setLogger(silent).compile();
    return app.init();
  }

  it('tells the stages of a method: its own over those of the policy that it uses', async () => {
    const app = await boot();
    const described = describeMethod(app, Users, 'find');
    expect(described.map(({ stage }) => stage)).toEqual([
      'fallback',
      'totalTimeout',
      'retry',
      'bulkhead',
      'circuitBreaker',
      'retryBudget',
    ]);
    expect(described[1]).toMatchObject({ settings: { limitMs: 1_000 } });
    expect(described[2]).toMatchObject({ settings: { attempts: 3 } });
    expect(described[3]).toMatchObject({ settings: { maxConcurrent: 7 } });
    expect(describeMethod(app, Inherited, 'find').map(({ stage }) => stage)).toHaveLength(6);
    expect(describeMethod(app, Symbolic, key).map(({ stage }) => stage)).toEqual(['retry', 'retryBudget']);
    await app.close();
  });

  it('describes the pipeline that the calls go through, and makes none', async () => {
    const app = await boot();
    const before = app.get(PolicyRegistry).list();
    describeMethod(app, Users, 'find');
    app.get(PolicyRegistry).reconfigure('users', {});
    expect(describeMethod(app, Users, 'find').map(({ stage }) => stage)).not.toContain('bulkhead');
    expect(app.get(PolicyRegistry).list()).toEqual(before);
    await app.close();
  });

  it('refuses a method that has no policy, also where one does that it overrides', async () => {
    const app = await boot();
    expect(() => describeMethod(app, Overridden, 'find')).toThrow(
      new TypeError('describeMethod: Overridden.find has no policy. Decorate it, or name a method that is.'),
    );
    // @ts-expect-error -- there is no such method
    expect(() => describeMethod(app, Users, 'fnid')).toThrow('describeMethod: Users.fnid has no policy.');
    await app.close();
  });

  it('finds nothing where the app runs without policies', async () => {
    const app = await boot(noPolicies());
    expect(describeMethod(app, Users, 'find')).toEqual([]);
    await app.close();
  });
});

describe('trip', () => {
  it('opens a circuit that then goes its way', async () => {
    const { clock, registry, define, events } = bench();
    const users = define({ circuitBreaker: { openDuration: '1s', halfOpenMaxCalls: 1 } });
    trip(registry, 'users');
    trip(registry, 'users');
    await expect(users.execute(succeed)).rejects.toThrow(CircuitOpenError);
    await clock.advance(1_000);
    await users.execute(succeed);
    expect(registry.state('users')).toBe('closed');
    expect(events.filter(({ type }) => type === 'circuit-opened')).toMatchObject([
      { reason: 'tripped', openForMs: 1_000 },
    ]);
  });

  it('opens a half-open circuit again', async () => {
    const { clock, registry, define } = bench();
    define({ circuitBreaker: { openDuration: '1s' } });
    trip(registry, 'users');
    await clock.advance(1_000);
    expect(registry.state('users')).toBe('half-open');
    trip(registry, 'users');
    expect(registry.state('users')).toBe('open');
  });

  it('says why a circuit cannot open', () => {
    const { registry, define } = bench();
    registry.define('measured', { circuitBreaker: { mode: 'metrics-only' } });
    registry.define('plain', {});
    define({ circuitBreaker: {} });
    registry.admin.disable('users', { reason: 'x' });
    expect(() => trip(registry, 'measured')).toThrow('the circuit "measured" is metrics-only');
    expect(() => trip(registry, 'users')).toThrow('the circuit "users" is disabled');
    expect(() => trip(registry, 'plain')).toThrow(
      'trip: there is no circuit "plain". The circuits of this app: measured, users.',
    );
  });
});

describe('noPolicies', () => {
  it('lets an app run without any policy, whatever it names', async () => {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ policies: { users: { retry: 5 } } })],
      providers: [Users],
    })
      .overrideProvider(PolicyRegistry)
      .useValue(noPolicies())
      .setLogger(silent)
      .compile();
    await app.init();
    await expect(app.get(Users).find()).rejects.toBe(broken);
    expect(app.get(Users).calls).toBe(1);
    expect(app.get(CircuitAdmin).list()).toEqual([]);
    const registry = app.get(PolicyRegistry);
    await expect(registry.pipeline('anything').execute(fail)).rejects.toBe(broken);
    registry.reconfigure('users', {});
    expect([registry.has('any'), describePipeline(registry.define('more', { retry: 3 }))]).toEqual([
      true,
      [],
    ]);
    await app.close();
  });
});

describe('recordEvents', () => {
  it('collects what happens from now on', async () => {
    const clock = new VirtualClock();
    const registry = new PolicyRegistry({ clock });
    const events = recordEvents(registry);
    registry.define('users', {});
    registry.reconfigure('users', { retry: 2 });
    expect(events).toEqual([{ type: 'reconfigured', policy: 'users' }]);
  });
});
