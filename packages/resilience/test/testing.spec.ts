import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  CircuitBreaker,
  CircuitOpenError,
  Fallback,
  PolicyRegistry,
  ResilienceModule,
  Retry,
  Timeout,
  UsePolicy,
} from '@rookery/resilience';
import { describePipeline, noPolicies, recordEvents, trip, VirtualClock } from '@rookery/resilience/testing';
import { bench, broken, fail, silent, succeed } from './support.js';

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
