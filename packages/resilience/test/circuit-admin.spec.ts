import { Test } from '@nestjs/testing';
import {
  CircuitAdmin,
  CircuitOpenError,
  PolicyRegistry,
  ResilienceModule,
  UnknownCircuitError,
} from '@rookery/resilience';
import { bench, ended, fail, silent, succeed, wrong } from './support.js';

function setUp() {
  const { registry, ...rest } = bench();
  const circuitBreaker = { consecutiveFailures: 2 };
  const users = registry.define('users', { circuitBreaker });
  const orders = registry.define('orders', { circuitBreaker });
  registry.define('plain', { retry: 2 });
  return { registry, admin: registry.admin, users, orders, ...rest };
}

const states = (registry: PolicyRegistry) => [registry.state('users'), registry.state('orders')];

describe('circuit admin', () => {
  it('shows every circuit with what its window holds', async () => {
    const { admin, users } = setUp();
    await ended(users.execute(fail));
    await users.execute(succeed);
    expect(admin.list()).toEqual([
      { name: 'users', state: 'closed', calls: 2, failures: 1, slowCalls: 0 },
      { name: 'orders', state: 'closed', calls: 0, failures: 0, slowCalls: 0 },
    ]);
    expect(admin.get('users')).toEqual(admin.list()[0]);
  });

  it('forces a circuit open, for as long as it is told to', async () => {
    const { admin, users, clock, registry } = setUp();
    admin.forceOpen('users', { reason: 'migration', expiresIn: '2s' });
    await expect(users.execute(succeed)).rejects.toThrow(CircuitOpenError);
    await expect(users.execute(succeed)).rejects.toThrow('migration');
    expect(admin.get('users')).toMatchObject({
      state: 'forced-open',
      override: { kind: 'forced-open', reason: 'migration', until: clock.now() + 2_000 },
    });
    await clock.advance(2_000);
    expect(states(registry)).toEqual(['closed', 'closed']);
    await expect(users.execute(succeed)).resolves.toBe('ok');
  });

  it('disables a circuit until it is closed by force', async () => {
    const { admin, users, registry, events } = setUp();
    admin.disable('users', { reason: 'false alarm' });
    for (let call = 0; call < 9; call += 1) await ended(users.execute(fail));
    expect(states(registry)).toEqual(['disabled', 'closed']);
    admin.forceClose('users', { reason: 'fixed' });
    expect(states(registry)).toEqual(['closed', 'closed']);
    expect(events.filter(({ type }) => type === 'circuit-overridden')).toMatchObject([
      { override: 'disabled', reason: 'false alarm' },
      { override: undefined, reason: 'fixed' },
    ]);
  });

  it('resets a circuit that is open', async () => {
    const { admin, users, registry } = setUp();
    await ended(users.execute(fail));
    await ended(users.execute(fail));
    expect(states(registry)).toEqual(['open', 'closed']);
    admin.reset('users', { reason: 'deployed' });
    expect(states(registry)).toEqual(['closed', 'closed']);
    expect(admin.get('users')).toMatchObject({ calls: 0, failures: 0 });
  });

  it('isolates several circuits at once, until the last handle of each is gone', () => {
    const { admin, registry } = setUp();
    const both = admin.isolate(['users', 'orders'], 'kill switch');
    const one = admin.isolate('users', 'incident 7');
    expect(states(registry)).toEqual(['forced-open', 'forced-open']);
    both[Symbol.dispose]();
    expect(states(registry)).toEqual(['forced-open', 'closed']);
    both[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(states(registry)).toEqual(['closed', 'closed']);
  });

  it.each(['plain', 'unknown'])('refuses %s, which has no circuit, and changes nothing', (name) => {
    const { admin, registry } = setUp();
    const isolate = () => admin.isolate(['users', name], 'x');
    expect(isolate).toThrow(UnknownCircuitError);
    expect(isolate).toThrow(
      `isolate: there is no circuit "${name}". The circuits of this app: users, orders. ` +
        'Correct the name, or give the policy of that name a circuitBreaker.',
    );
    expect(() => admin.get(name)).toThrow(UnknownCircuitError);
    expect(states(registry)).toEqual(['closed', 'closed']);
  });

  it.each<[string, (admin: CircuitAdmin) => unknown, string]>([
    [
      'a missing reason',
      (admin) => admin.forceOpen('users', wrong({})),
      'forceOpen of circuit "users": reason: Missing.',
    ],
    ['an empty reason', (admin) => admin.disable('users', { reason: '' }), 'reason: Invalid value "".'],
    [
      'a bad expiry',
      (admin) => admin.disable('users', { reason: 'x', expiresIn: 0 }),
      'expiresIn: Invalid value 0.',
    ],
    [
      'no reason to reset',
      (admin) => admin.reset('users', wrong({})),
      'reset of circuit "users": reason: Missing.',
    ],
    [
      'an unknown option',
      (admin) => admin.disable('users', wrong({ reason: 'x', ms: 1 })),
      'ms: Unknown option.',
    ],
  ])('refuses %s, and changes nothing', (_what, act, message) => {
    const { admin, registry } = setUp();
    expect(() => act(admin)).toThrow(message);
    expect(states(registry)).toEqual(['closed', 'closed']);
  });

  it('is injected by its class', async () => {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ policies: { users: { circuitBreaker: {} } } })],
    })
      .setLogger(silent)
      .compile();
    expect(app.get(CircuitAdmin)).toBe(app.get(PolicyRegistry).admin);
    expect(app.get(CircuitAdmin).list()).toHaveLength(1);
    await app.close();
  });
});
