import { circuitHealth } from './circuit-health.js';
import { UnknownCircuitError } from '../registry/unknown-circuit.error.js';

const policies = [
  { name: 'users', state: 'open' },
  { name: 'stock', state: 'closed' },
  { name: 'mail', state: 'half-open' },
  { name: 'search', state: undefined },
] as const;

describe('the health of the circuits', () => {
  it('is up with the state of each, whatever they do', () => {
    expect(circuitHealth(policies, [])).toEqual({
      status: 'up',
      circuits: { users: 'open', stock: 'closed', mail: 'half-open' },
    });
  });

  it('is down while a circuit is open that it was told to watch, and says which', () => {
    const { status, message, circuits } = circuitHealth(policies, ['stock', 'users']);
    expect([status, message, circuits['users']]).toEqual(['down', 'Open: users.', 'open']);
  });

  it('counts a circuit as open that was forced open by hand', () => {
    const forced = [
      { name: 'users', state: 'forced-open' as const },
      { name: 'stock', state: 'open' as const },
    ];
    expect(circuitHealth(forced, ['users', 'stock'])).toMatchObject({
      status: 'down',
      message: 'Open: users, stock.',
    });
  });

  it.each(['usres', 'search'])('refuses to watch %s, which has no circuit', (name) => {
    const check = () => circuitHealth(policies, ['stock', name]);
    expect(check).toThrow(UnknownCircuitError);
    expect(check).toThrow(expect.objectContaining({ code: 'UNKNOWN_CIRCUIT', circuit: name }));
    expect(check).toThrow(
      `downWhenOpen: there is no circuit "${name}". The circuits of this app: users, stock, mail. ` +
        'Correct the name, or give the policy of that name a circuitBreaker.',
    );
  });

  it.each(['closed', 'half-open', 'disabled', 'metrics-only'] as const)(
    'stays up while a circuit that it watches is %s',
    (state) => {
      expect(circuitHealth([{ name: 'users', state }], ['users'])).toEqual({
        status: 'up',
        circuits: { users: state },
      });
    },
  );

  it('says so when the app has no circuit at all', () => {
    expect(() => circuitHealth([], ['users'])).toThrow(
      'there is no circuit "users". This app has no circuit breaker.',
    );
    expect(circuitHealth([], [])).toEqual({ status: 'up', circuits: {} });
  });

  it('shows a circuit whose name is a word of JavaScript', () => {
    const { circuits } = circuitHealth([{ name: '__proto__', state: 'closed' }], []);
    expect(Object.entries(circuits)).toEqual([['__proto__', 'closed']]);
  });
});
