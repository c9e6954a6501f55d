import { audit } from './audit.js';
import { guardOf } from './guard-of.js';
import { type Guard, type GuardedNode } from './guarded-node.js';

const guard = (name: string, attempts = 1, limitMs?: number): Guard => ({ name, attempts, limitMs });
const node = (guards: readonly Guard[], ...uses: readonly GuardedNode[]): GuardedNode => ({
  guards,
  uses: () => uses,
});

describe('audit', () => {
  it('has nothing to say of one level of retries, or of limits that shrink on the way down', () => {
    const client = node([guard('http', 3, 1_000)]);
    const caller = node([guard('Orders.create', 1, 2_000), guard('Orders.list')], client);
    expect(audit([client, caller])).toEqual([]);
  });

  it('tells of retries that multiply, also through what is not guarded, once for the whole chain', () => {
    const client = node([guard('http', 3)]);
    const plain = node([], client);
    const users = node([guard('Users.find', 2), guard('Users.get', 4)], plain);
    const orders = node([guard('Orders.create', 5)], users, plain);
    expect(audit([client, plain, users, orders])).toEqual([
      'Retries multiply: Orders.create (5 attempts) > Users.get (4 attempts) > http (3 attempts). ' +
        'One call can become 60. Keep the retry at one of them.',
      'Retries multiply: Orders.create (5 attempts) > http (3 attempts). ' +
        'One call can become 15. Keep the retry at one of them.',
    ]);
  });

  it('skips guards that do not retry', () => {
    const client = node([guard('http', 3)]);
    const breaker = node([guard('Users.find')], client);
    expect(audit([node([guard('Orders.create', 2)], breaker), breaker, client])).toEqual([
      'Retries multiply: Orders.create (2 attempts) > http (3 attempts). ' +
        'One call can become 6. Keep the retry at one of them.',
    ]);
  });

  it('ends in a circle of providers', () => {
    const uses: GuardedNode[] = [];
    const one = { guards: [guard('A.a', 2)], uses: () => uses };
    const two = node([guard('B.b', 2)], one);
    const plain = node([], two, one);
    uses.push(plain);
    expect(audit([one, two, plain])).toHaveLength(2);
  });

  it('tells of each limit that outlives its caller', () => {
    const client = node([guard('http', 1, 5_000), guard('endless')]);
    const caller = node([guard('Orders.create', 1, 2_000), guard('Orders.import', 1, 9_000)], client);
    expect(audit([caller, client])).toEqual([
      'http may take 5000 ms, but Orders.create, which may call it, gives up after 2000 ms. ' +
        'Give the caller the longer limit.',
    ]);
  });

  it('allows the same limit on both sides', () => {
    const client = node([guard('http', 1, 2_000)]);
    expect(audit([node([guard('Orders.create', 1, 2_000)], client), client])).toEqual([]);
  });
});

describe('the guard of settings', () => {
  const timeout = (scope: 'total' | 'attempt', limitMs: number) => ({
    scope,
    limitMs,
    mode: 'race' as const,
  });

  it('makes one attempt without limit when there is no retry and no timeout', () => {
    expect(guardOf('a', {})).toEqual({ name: 'a', attempts: 1, limitMs: undefined });
  });

  it('is limited by the total, and by the limit of its only attempt', () => {
    const attemptTimeout = timeout('attempt', 10);
    expect(guardOf('a', { attemptTimeout }).limitMs).toBe(10);
    expect(guardOf('a', { attemptTimeout, totalTimeout: timeout('total', 30) }).limitMs).toBe(30);
  });
});
