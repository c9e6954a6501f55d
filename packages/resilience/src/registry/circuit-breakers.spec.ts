import { VirtualClock } from '@rookery/common/testing';
import { circuitBreakerSettings } from '../circuit-breaker/circuit-breaker.options.js';
import { EventHub } from '../events/event-hub.js';
import { CircuitAdmin } from './circuit-admin.js';
import { CircuitBreakers } from './circuit-breakers.js';
import { PolicyConflictError } from './policy-conflict.error.js';
import { UnknownCircuitError } from './unknown-circuit.error.js';

const settings = circuitBreakerSettings({});

const breakers = () =>
  new CircuitBreakers({ clock: new VirtualClock(), random: () => 0.5, events: new EventHub() });

describe('the breakers of an app', () => {
  it('are one for all that name it, until the last of them has gone', () => {
    const all = breakers();
    const [one, other] = [all.shared('users', 'one'), all.shared('users', 'other')];
    const breaker = one.take(settings);
    expect(other.take(circuitBreakerSettings({}))).toBe(breaker);
    one.giveBack();
    expect(all.find('users')).toBe(breaker);
    other.giveBack();
    expect([all.find('users'), all.names]).toEqual([undefined, []]);
    expect(one.take(settings)).not.toBe(breaker);
  });

  it('forget whom it was given back by, and nobody else', () => {
    const all = breakers();
    const sources = ['a', 'b', 'c'].map((user) => all.shared('users', user));
    for (const source of sources) source.take(settings);
    sources[1]?.giveBack();
    // The first user that is left is named in a conflict.
    const late = all.shared('users', 'late');
    const other = circuitBreakerSettings({ consecutiveFailures: 1 });
    expect(() => late.take(other)).toThrow(new PolicyConflictError('users', 'a', 'late'));
    sources[0]?.giveBack();
    expect(() => late.take(other)).toThrow(new PolicyConflictError('users', 'c', 'late'));
    sources[2]?.giveBack();
    expect(late.take(other).settings).toEqual(other);
  });

  it('take no harm from what was never taken', () => {
    const all = breakers();
    expect(() => all.shared('users', 'one').giveBack()).not.toThrow();
    expect(all.names).toEqual([]);
  });

  it('have a number for each further owner of the same name', () => {
    const all = breakers();
    for (let owner = 0; owner < 4; owner += 1) all.own('Users.find').take(settings);
    expect(all.names).toEqual(['Users.find', 'Users.find#2', 'Users.find#3', 'Users.find#4']);
  });
});

describe('what an operator asks of a circuit that is not there', () => {
  const admin = () => {
    const all = breakers();
    all.own('orders').take(settings);
    return new CircuitAdmin(all);
  };
  const options = { reason: 'maintenance' };

  it.each<[string, (admin: CircuitAdmin) => unknown]>([
    ['get', (circuits) => circuits.get('users')],
    ['forceOpen', (circuits) => circuits.forceOpen('users', options)],
    ['disable', (circuits) => circuits.disable('users', options)],
    ['forceClose', (circuits) => circuits.forceClose('users', options)],
    ['reset', (circuits) => circuits.reset('users', options)],
    ['isolate', (circuits) => circuits.isolate(['orders', 'users'], 'maintenance')],
  ])('is refused by its name, with the names that there are: %s', (asks, ask) => {
    const circuits = admin();
    expect(() => ask(circuits)).toThrow(new UnknownCircuitError(asks, 'users', ['orders']));
    expect(circuits.list()).toMatchObject([{ name: 'orders', state: 'closed' }]);
  });
});
