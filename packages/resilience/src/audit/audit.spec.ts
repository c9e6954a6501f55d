import { policySettings } from '../pipeline/policy.options.js';
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
    expect(audit([one, two, plain])).toEqual([
      'Retries multiply: A.a (2 attempts) > B.b (2 attempts). One call can become 4. Keep the retry at one of them.',
    ]);
  });

  it('tells of each limit that outlives its caller', () => {
    const client = node([guard('http', 1, 5_000), guard('endless')]);
    const caller = node([guard('Orders.create', 1, 2_000), guard('Orders.import', 1, 9_000)], client);
    expect(audit([caller, client])).toEqual([
      'http may take 5000 ms, longer than who may call it waits: Orders.create (2000 ms). ' +
        'Give the callers the longer limit.',
    ]);
  });

  it('names a few of many impatient callers', () => {
    const client = node([guard('http', 1, 5_000)]);
    const callers = ['a', 'b', 'c', 'd', 'e'].map((name) => node([guard(name, 1, 100)], client));
    expect(audit([client, ...callers])).toEqual([
      'http may take 5000 ms, longer than who may call it waits: a (100 ms), b (100 ms), c (100 ms) and 2 more. ' +
        'Give the callers the longer limit.',
    ]);
  });

  it('looks at each node once, however many ways lead to it', () => {
    // Each layer uses all of the next one: 4 to the power of 12 ways.
    let looks = 0;
    let layer: GuardedNode[] = [];
    const all: GuardedNode[] = [];
    for (let depth = 0; depth < 12; depth += 1) {
      const below = layer;
      layer = [0, 1, 2, 3].map((n) => ({
        guards: [guard(`${depth}.${n}`, depth > 9 ? 2 : 1)],
        uses: () => ((looks += 1), below),
      }));
      all.push(...layer);
    }
    expect(audit(all)).toHaveLength(4);
    expect(looks).toBe(48);
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

  it('makes each attempt of a retry as often as it is hedged', () => {
    const settings = policySettings({ retry: 3, hedge: { attempts: 2 }, timeout: { attempt: '1s' } });
    expect(guardOf('a', settings)).toEqual({ name: 'a', attempts: 6, limitMs: undefined });
  });

  it('is limited by the total, and by the limit of its only attempt', () => {
    const attemptTimeout = timeout('attempt', 10);
    expect(guardOf('a', { attemptTimeout }).limitMs).toBe(10);
    expect(guardOf('a', { attemptTimeout, totalTimeout: timeout('total', 30) }).limitMs).toBe(30);
  });
});
