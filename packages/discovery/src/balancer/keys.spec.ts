import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { type Candidates } from './balancing-algorithm.js';
import { InstanceBalancer } from './instance-balancer.js';
import { InstanceStats } from './instance-stats.js';
import { REMEMBERED_KEYS } from './sticky.js';
import { createAlgorithm, type LoadBalanceStrategy } from './strategies.js';

const keys = Array.from({ length: 3_000 }, (_, at) => `user-${at}`);

function fleet(count: number, weights: Record<string, number> = {}): ServiceInstance[] {
  return Array.from({ length: count }, (_, at) =>
    sampleInstance({ id: `i${at}`, weight: weights[`i${at}`] ?? 1 }),
  );
}

function setUp(strategy: LoadBalanceStrategy, seed = 3) {
  const balancer = new InstanceBalancer(
    'users',
    createAlgorithm(strategy, seededRandom(seed)),
    new VirtualClock(),
  );
  const idOf = (list: readonly ServiceInstance[], key?: string, exclude: readonly string[] = []) => {
    const options = { ...(key !== undefined && { key }), exclude: new Set(exclude) };
    const { instance, done } = balancer.pick(list, options);
    done('success');
    return instance.id;
  };
  const ownersOf = (list: readonly ServiceInstance[]) => keys.map((key) => idOf(list, key));
  return { balancer, idOf, ownersOf };
}

function isOver(wanted: string) {
  return ({ protocol }: ServiceInstance) => protocol === wanted;
}

function share(owners: readonly string[], id: string): number {
  return owners.filter((owner) => owner === id).length / owners.length;
}

describe.each(['consistent-hash', 'sticky'] as const)('%s', (strategy) => {
  it('finds the same instance for the same key', () => {
    const { ownersOf } = setUp(strategy);
    const list = fleet(5);
    expect(ownersOf(list)).toEqual(ownersOf([...list]));
  });

  it('moves only the keys of an instance that leaves', () => {
    const { ownersOf } = setUp(strategy);
    const list = fleet(5);
    const before = ownersOf(list);
    const after = ownersOf(list.slice(1));
    expect(after).not.toContain('i0');
    const stayed = before.filter((owner, at) => owner === after[at]);
    expect(stayed).toEqual(before.filter((owner) => owner !== 'i0'));
    expect(share(before, 'i0')).toBeGreaterThan(0.15);
  });

  it('spreads calls without a key', () => {
    const { idOf } = setUp(strategy);
    const list = fleet(3);
    expect(new Set(Array.from({ length: 100 }, () => idOf(list))).size).toBe(3);
  });

  it('finds it also for calls that say nothing of earlier tries', () => {
    const { balancer } = setUp(strategy);
    const list = fleet(5);
    const owner = balancer.pick(list, { key: 'ada' }).instance.id;
    for (let call = 0; call < 20; call += 1)
      expect(balancer.pick(list, { key: 'ada' }).instance.id).toBe(owner);
  });

  it('goes elsewhere for a second try, and back for the next call', () => {
    const { idOf } = setUp(strategy);
    const list = fleet(4);
    for (const key of keys.slice(0, 50)) {
      const owner = idOf(list, key);
      expect(idOf(list, key, [owner])).not.toBe(owner);
      expect(idOf(list, key)).toBe(owner);
    }
  });
});

describe('the consistent hash', () => {
  it('is the same in every process, whatever the order of the list', () => {
    const list = fleet(5);
    expect(setUp('consistent-hash', 1).ownersOf(list)).toEqual(
      setUp('consistent-hash', 2).ownersOf(list.toReversed()),
    );
  });

  it('moves to somebody new only the keys that it gets', () => {
    const { ownersOf } = setUp('consistent-hash');
    const before = ownersOf(fleet(4));
    const after = ownersOf(fleet(5));
    expect(after.filter((owner, at) => owner !== 'i4' && owner !== before[at])).toEqual([]);
    expect(Math.abs(share(after, 'i4') - 0.2)).toBeLessThan(0.04);
  });

  it('gives each its share of the keys by weight', () => {
    const owners = setUp('consistent-hash').ownersOf(fleet(3, { i0: 1, i1: 3, i2: 6 }));
    for (const [id, expected] of [
      ['i0', 0.1],
      ['i1', 0.3],
      ['i2', 0.6],
    ] as const)
      expect(Math.abs(share(owners, id) - expected)).toBeLessThan(0.03);
  });

  it('spreads also keys and ids that differ in one character', () => {
    const owners = setUp('consistent-hash').ownersOf(fleet(10));
    for (const { id } of fleet(10)) expect(Math.abs(share(owners, id) - 0.1)).toBeLessThan(0.03);
  });
});

describe('somebody who is to be tried again, under the consistent hash,', () => {
  const all = fleet(3).map((instance) => ({ instance, weight: 1, stats: new InstanceStats() }));
  const algorithm = createAlgorithm('consistent-hash', seededRandom(3));
  const triedWith = (key?: string) =>
    all.filter((one) => {
      const others = all.filter((other) => other !== one) as unknown as Candidates;
      return algorithm.mayTry?.(one, others, 0, { key });
    });

  it('is tried with the keys that belong to it, and no other', () => {
    for (const key of keys.slice(0, 100))
      expect(triedWith(key)).toEqual([algorithm.pick(all as unknown as Candidates, 0, { key })]);
  });

  it('is tried with any call that has no key', () => {
    expect(triedWith()).toEqual(all);
  });
});

describe('sticky', () => {
  it('keeps every key where it is when somebody comes', () => {
    const { ownersOf } = setUp('sticky');
    expect(ownersOf(fleet(3))).toEqual(ownersOf(fleet(6)));
  });

  it('stays with the next one when the first comes back', () => {
    const { idOf } = setUp('sticky');
    const list = fleet(3);
    const owner = idOf(list, 'ada');
    const rest = list.filter(({ id }) => id !== owner);
    const next = idOf(rest, 'ada');
    for (let call = 0; call < 20; call += 1) expect(idOf(list, 'ada')).toBe(next);
  });

  it('keeps a key at one instance for each protocol, whichever calls come in between', () => {
    const { balancer } = setUp('sticky');
    const list = ['http', 'grpc'].flatMap((protocol) =>
      Array.from({ length: 10 }, (_, at) => sampleInstance({ id: `${protocol}-${at}`, protocol })),
    );
    const over = { http: isOver('http'), grpc: isOver('grpc') };
    const idOf = (protocol: 'http' | 'grpc', tried: readonly string[] = []) => {
      const options = { key: 'ada', accept: over[protocol], exclude: new Set(tried) };
      const { instance, done } = balancer.pick(list, options);
      done('success');
      return instance.id;
    };
    const [http, grpc] = [idOf('http'), idOf('grpc')];
    for (let call = 0; call < 10; call += 1) expect([idOf('http'), idOf('grpc')]).toEqual([http, grpc]);
    expect(idOf('http', [http])).not.toBe(http);
    expect([idOf('http'), idOf('grpc')]).toEqual([http, grpc]);
  });

  it('remembers a few instances for each key, not all that ever had it', () => {
    const { idOf } = setUp('sticky');
    const list = fleet(200);
    const first = idOf(list, 'ada');
    const had = new Set([first]);
    for (let at = 0; at < 4; at += 1)
      had.add(
        idOf(
          list.filter(({ id }) => !had.has(id)),
          'ada',
        ),
      );
    const last = Array.from(had).slice(1);
    for (const owner of last.toReversed()) {
      const rest = list.filter(({ id }) => id === owner || id === first || !had.has(id));
      expect(idOf(rest, 'ada')).toBe(owner);
    }
    expect(
      idOf(
        list.filter(({ id }) => !last.includes(id)),
        'ada',
      ),
    ).not.toBe(first);
  });

  it('forgets the keys that were not used for the longest time', () => {
    const { idOf } = setUp('sticky');
    const list = fleet(200);
    const [oldest, used] = [idOf(list, 'oldest'), idOf(list, 'used')];
    for (let key = 0; key < REMEMBERED_KEYS - 2; key += 1) idOf(list, `k${key}`);
    expect([idOf(list, 'oldest'), idOf(list, 'used')]).toEqual([oldest, used]);
    for (let key = 0; key < REMEMBERED_KEYS - 1; key += 1) {
      idOf(list, `l${key}`);
      if (key % 5_000 === 0) idOf(list, 'used');
    }
    expect(idOf(list, 'used')).toBe(used);
    // Since it was used last, more keys have come than are remembered: it is drawn anew, from 200.
    expect(idOf(list, 'oldest')).not.toBe(oldest);
  });
});
