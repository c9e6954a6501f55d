import fc from 'fast-check';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type Candidate, type Candidates } from '../balancer/balancing-algorithm.js';
import { InstanceBalancer, type InstanceBalancerParts } from '../balancer/instance-balancer.js';
import { InstanceStats } from '../balancer/instance-stats.js';
import { createAlgorithm, type LoadBalanceStrategy } from '../balancer/strategies.js';
import { ejectionSettings } from '../ejection/ejection.options.js';
import { changeInstance } from '../instance/create-instance.js';
import { type NewInstance, type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { drawPool } from './pools.js';
import { followsRoute, type Route, routeCheck } from './route.js';
import { slowStart } from './slow-start.js';
import { subsetFor } from './subset.js';
import { divideByZone } from './zone-preference.js';

function fleet(...facts: Partial<NewInstance>[]): ServiceInstance[] {
  return facts.map((fact, at) => sampleInstance({ id: `i${at}`, ...fact }));
}

function asCandidates(instances: readonly ServiceInstance[]): Candidates {
  return instances.map((instance) => ({
    instance,
    stats: new InstanceStats(),
    weight: instance.weight,
  })) as unknown as Candidates;
}

function inZones(...zones: (string | undefined)[]): ServiceInstance[] {
  return fleet(...zones.map((zone) => (zone === undefined ? {} : { zone })));
}

function setUp(parts: InstanceBalancerParts = {}, strategy: LoadBalanceStrategy = 'random') {
  const clock = new VirtualClock();
  const random = seededRandom(8);
  const balancer = new InstanceBalancer('users', createAlgorithm(strategy, random), clock, {
    random,
    ...parts,
  });
  /** The share of calls that each instance gets. */
  const shares = (list: readonly ServiceInstance[], options = {}, calls = 4_000) => {
    const counts = new Map<string, number>();
    for (let call = 0; call < calls; call += 1) {
      const { instance, done } = balancer.pick(list, options);
      counts.set(instance.id, (counts.get(instance.id) ?? 0) + 1);
      done('success');
    }
    return list.map(({ id }) => (counts.get(id) ?? 0) / calls);
  };
  return { clock, balancer, shares };
}

function expectShares(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [at, share] of expected.entries()) {
    if (share === 0) expect(found[at]).toBe(0);
    else expect(Math.abs((found[at] ?? 0) - share)).toBeLessThan(0.03);
  }
}

describe('a route', () => {
  const versions = fleet(
    { version: '1.4.0' },
    { version: '2.0.0' },
    { version: '2.7.1' },
    { version: '20.0.0' },
  );

  it('by version takes what begins with it, up to a dot', () => {
    const idsOf = (version: string) =>
      versions.filter((instance) => followsRoute({ version }, instance)).map((instance) => instance.id);
    expect(idsOf('2')).toEqual(['i1', 'i2']);
    expect(idsOf('2.7')).toEqual(['i2']);
    expect(idsOf('20.0.0')).toEqual(['i3']);
    expect(idsOf('3')).toEqual([]);
  });

  it('by version minds no leading v, on neither side', () => {
    const list = fleet({ version: 'v2.1.0' }, { version: '2.1.0' }, { version: 'V2' }, { version: 'vega' });
    const matching = (version: string) =>
      list.filter((instance) => followsRoute({ version }, instance)).map(({ version: found }) => found);
    expect(matching('2')).toEqual(['v2.1.0', '2.1.0', 'V2']);
    expect(matching('v2.1')).toEqual(['v2.1.0', '2.1.0']);
    expect([matching('ega'), matching('vega')]).toEqual([[], ['vega']]);
  });

  it('by metadata takes who has all of it', () => {
    const [a, b] = fleet({ metadata: { tier: 'gold', color: 'red' } }, { metadata: { tier: 'gold' } });
    const route: Route = { metadata: { tier: 'gold', color: 'red' } };
    expect([a, b].map((instance) => instance && followsRoute(route, instance))).toEqual([true, false]);
  });

  it('sends calls only there, and says when nobody is there', () => {
    const { shares, balancer } = setUp();
    expectShares(shares(versions, { route: { version: '2' } }), [0, 0.5, 0.5, 0]);
    expect(() => balancer.pick(versions, { route: { version: '9' } })).toThrow(
      'no instances available for users (4 registered, but none that this call can go to)',
    );
  });

  it('and an own predicate both count', () => {
    const { shares } = setUp();
    const accept = ({ id }: ServiceInstance) => id !== 'i1';
    expectShares(shares(versions, { accept, route: { version: '2' } }), [0, 0, 1, 0]);
  });

  it('of the service counts for calls that have none', () => {
    const { shares } = setUp({ route: { version: '1' } });
    expectShares(shares(versions), [1, 0, 0, 0]);
    expectShares(shares(versions, { route: { version: '20' } }), [0, 0, 0, 1]);
  });
});

describe('shares of versions', () => {
  const canary = fleet(
    { version: '1.0.0' },
    { version: '1.0.0' },
    { version: '1.0.0' },
    { version: '2.0.0' },
  );

  it('are kept however many instances each version has', () => {
    const { shares } = setUp({ route: { weights: { '1': 90, '2': 10 } } });
    expectShares(shares(canary), [0.3, 0.3, 0.3, 0.1]);
  });

  it('go to the others when a version has no instance', () => {
    const { shares } = setUp({ route: { weights: { '1': 90, '3': 10 } } });
    expectShares(shares(canary), [1 / 3, 1 / 3, 1 / 3, 0]);
  });

  it('leave nothing to a version with 0 or without a name', () => {
    const { shares } = setUp({ route: { weights: { '1': 1, '2': 0 } } });
    expectShares(shares([...canary, sampleInstance({ id: 'x', version: '5.0.0' })]), [
      1 / 3,
      1 / 3,
      1 / 3,
      0,
      0,
    ]);
  });

  it('mind no leading v, on neither side', () => {
    const { shares } = setUp({ route: { weights: { v2: 3, '2.1': 1 } } });
    expectShares(shares(fleet({ version: '2.0.0' }, { version: 'v2.1.0' })), [0.75, 0.25]);
  });

  it('go by the closest name, whichever was written first', () => {
    const list = fleet({ version: '2.0.0' }, { version: '2.1.0' });
    for (const weights of [
      { '2': 3, '2.1': 1 },
      { '2.1': 1, '2': 3 },
    ])
      expectShares(setUp({ route: { weights } }).shares(list), [0.75, 0.25]);
  });

  it('keep calls with the same key at the same version', () => {
    const { balancer } = setUp({ route: { weights: { '1': 50, '2': 50 } } });
    const versionsOf = (key: string) =>
      new Set(Array.from({ length: 20 }, () => balancer.pick(canary, { key }).instance.version));
    const found = Array.from({ length: 40 }, (_, at) => versionsOf(`user-${at}`));
    expect(found.every((versions) => versions.size === 1)).toBe(true);
    expect(new Set(found.flatMap((versions) => Array.from(versions))).size).toBe(2);
  });

  it('do not keep a second try from going to another version', () => {
    const { balancer } = setUp({ route: { weights: { '1': 0.001, '2': 99 } } });
    expect(balancer.pick(canary, { exclude: new Set(['i3']) })).toMatchObject({ alternatives: 2 });
  });

  it('of an ejected canary go to the others until it works', () => {
    const ejection = ejectionSettings({}, () => 0.5);
    const { balancer, shares } = setUp({ ejection, route: { weights: { '1': 50, '2': 50 } } });
    for (let call = 0; call < 5; call += 1)
      balancer.pick(canary, { exclude: new Set(['i0', 'i1', 'i2']) }).done('failure');
    expectShares(shares(canary), [1 / 3, 1 / 3, 1 / 3, 0]);
  });
});

describe('the preference for the own zone', () => {
  const settings = { zone: 'a', minInstances: 1 };

  it('keeps all calls there when it has its share of instances', () => {
    const { shares } = setUp({ zones: settings });
    expectShares(shares(inZones('a', 'b', 'a', 'b')), [0.5, 0, 0.5, 0]);
    expectShares(shares(inZones('a', 'b', 'c')), [1, 0, 0]);
  });

  it('sends what is too much for it where there is most to spare', () => {
    // A third of the callers are here, a sixth of the instances: half of the calls stay.
    const list = inZones('a', 'b', 'b', 'c', 'c', 'c');
    expectShares(setUp({ zones: settings }).shares(list), [0.5, 0, 0, 0.5 / 3, 0.5 / 3, 0.5 / 3]);
  });

  it('sends all calls away when nobody is there', () => {
    const list = inZones('b', 'b', 'c', 'c');
    expectShares(setUp({ zones: settings }).shares(list), [0.25, 0.25, 0.25, 0.25]);
  });

  it('goes by the number of callers when it is given', () => {
    const list = inZones('a', 'a', 'b', 'b');
    const callers = { a: 3, b: 1 };
    expectShares(setUp({ zones: { ...settings, callers } }).shares(list), [1 / 3, 1 / 3, 1 / 6, 1 / 6]);
    expectShares(setUp({ zones: { ...settings, zone: 'b', callers } }).shares(list), [0, 0, 0.5, 0.5]);
    // The caller itself does not occur, so the figures are wrong.
    expectShares(setUp({ zones: { ...settings, callers: { b: 1 } } }).shares(list), [0.5, 0.5, 0, 0]);
  });

  it('counts weights, and those without a zone as a zone of their own', () => {
    const heavy = fleet({ zone: 'a', weight: 3 }, { zone: 'b' }, { zone: 'b' }, {});
    expectShares(setUp({ zones: settings }).shares(heavy), [1, 0, 0, 0]);
    const none = inZones('a', undefined, undefined);
    expectShares(setUp({ zones: settings }).shares(none), [2 / 3, 1 / 6, 1 / 6]);
  });

  it('is not looked at with few instances', () => {
    const { shares } = setUp({ zones: { ...settings, minInstances: 6 } });
    expectShares(shares(inZones('a', 'a', 'b', 'b', 'b')), [0.2, 0.2, 0.2, 0.2, 0.2]);
    expectShares(shares(inZones('a', 'a', 'a', 'b', 'b', 'b')), [1 / 3, 1 / 3, 1 / 3, 0, 0, 0]);
  });

  it('lets calls leave the zone when those there are ejected', () => {
    const { balancer, shares } = setUp({ zones: settings, ejection: ejectionSettings({}, () => 0.5) });
    const list = inZones('a', 'a', 'b', 'b');
    for (let call = 0; call < 5; call += 1)
      balancer.pick(list, { exclude: new Set(['i1', 'i2', 'i3']) }).done('failure');
    // A third of the healthy serve half of the callers.
    expectShares(shares(list), [0, 2 / 3, 1 / 6, 1 / 6]);
  });

  it('works within each version', () => {
    const { shares } = setUp({ zones: settings, route: { weights: { '1': 3, '2': 1 } } });
    const list = fleet(
      { version: '1.0.0', zone: 'a' },
      { version: '1.0.0', zone: 'b' },
      { version: '2.0.0', zone: 'b' },
    );
    expectShares(shares(list), [0.75, 0, 0.25]);
  });

  it('loads every instance alike when the callers of all zones follow it, however uneven the zones are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 5, size: 'max' }),
        (sizes) => {
          const zones = sizes.flatMap((size, zone) => Array.from({ length: size }, () => `z${zone}`));
          const candidates = asCandidates(inZones(...zones));
          const load = new Map<Candidate, number>();
          for (const zone of new Set(zones)) {
            for (const { share, candidates: there } of divideByZone(candidates, { zone, minInstances: 1 }))
              for (const one of there)
                load.set(one, (load.get(one) ?? 0) + share / there.length / sizes.length);
          }
          for (const found of load.values()) expect(found).toBeCloseTo(1 / candidates.length, 9);
        },
      ),
    );
  });
});

describe('drawing a pool', () => {
  it('takes the last one in the gap that rounding leaves', () => {
    const pools = fleet({}, {}).map((instance) => ({
      share: 0.5 - 1e-17,
      candidates: asCandidates([instance]),
    }));
    expect(drawPool(pools, 1 - 2 ** -53).candidates[0].instance.id).toBe('i1');
    expect(drawPool(pools, 0).candidates[0].instance.id).toBe('i0');
    expect(drawPool(pools, 0.5).candidates[0].instance.id).toBe('i1');
  });
});

describe('a subset', () => {
  const many = asCandidates(fleet(...Array.from({ length: 100 }, () => ({}))));
  const idsFor = (caller: string, list: readonly Candidate[] = many, size = 10) =>
    subsetFor(caller, size, list).map(({ instance }) => instance.id);

  it('is the same for the same caller, whatever the order, and another for another', () => {
    expect(idsFor('a')).toHaveLength(10);
    expect(idsFor('a', many.toReversed()).sort()).toEqual(idsFor('a').sort());
    expect(idsFor('b')).not.toEqual(idsFor('a'));
  });

  it('changes by one at most when one leaves', () => {
    const before = idsFor('a');
    for (const gone of before) {
      const after = idsFor(
        'a',
        many.filter(({ instance }) => instance.id !== gone),
      );
      expect(after.filter((id) => !before.includes(id))).toHaveLength(1);
    }
  });

  it('of all when there are not more', () => {
    expect(subsetFor('a', 100, many)).toBe(many);
    expect(idsFor('a', many, 99)).toHaveLength(99);
  });

  it('gives all callers together every instance about as often', () => {
    const counts = new Map<string, number>();
    for (let caller = 0; caller < 1_000; caller += 1)
      for (const id of idsFor(`caller-${caller}`)) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(counts.size).toBe(100);
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(50);
  });

  it('is what a caller talks to, filled up with others when one of it is leaving', () => {
    const { shares } = setUp({ subset: { size: 3, caller: 'me' } }, 'round-robin');
    const list = fleet(...Array.from({ length: 20 }, () => ({})));
    const used = (found: readonly number[]) => found.filter((share) => share > 0).length;
    const before = shares(list);
    expect(used(before)).toBe(3);
    const leaving = before.findIndex((share) => share > 0);
    const after = shares(
      list.map((one, at) => (at === leaving ? changeInstance(one, { status: 'draining' }) : one)),
    );
    expect([used(after), after[leaving]]).toEqual([3, 0]);
  });

  it('is what at most half of which may be ejected', () => {
    const ejection = ejectionSettings({}, () => 0.5);
    const { balancer, shares } = setUp({ ejection, subset: { size: 4, caller: 'me' } }, 'round-robin');
    const list = fleet(...Array.from({ length: 20 }, () => ({})));
    for (let call = 0; call < 400; call += 1) balancer.pick(list).done('failure');
    expect(balancer.report()).toMatchObject({ panicking: false });
    expect(balancer.report().instances.filter(({ ejected }) => ejected)).toHaveLength(2);
    expect(shares(list).filter((share) => share > 0)).toEqual([0.5, 0.5]);
  });
});

describe('slow start', () => {
  it('grows evenly from a tenth, or faster at first', () => {
    const even = slowStart({ window: '10s' });
    expect([0, 500, 1_000, 5_000, 9_999, 10_000, 60_000].map((age) => even.factor(age))).toEqual([
      0.1,
      0.1,
      0.1,
      0.5,
      expect.closeTo(0.9999),
      1,
      1,
    ]);
    expect(slowStart({ window: '10s', aggression: 2 }).factor(2_500)).toBeCloseTo(0.5);
    expect(even.factor(-5)).toBe(0.1);
  });

  it('gives somebody new few calls at first and its share in the end', async () => {
    const { shares, clock } = setUp({ slowStart: slowStart({ window: '10s' }) });
    const old = fleet({}, {}, {});
    shares(old, {}, 1);
    await clock.advance(60_000);
    const list = [...old, sampleInstance({ id: 'new' })];
    expectShares(shares(list), [0.323, 0.323, 0.323, 0.1 / 3.1]);
    await clock.advance(5_000);
    expectShares(shares(list), [1 / 3.5, 1 / 3.5, 1 / 3.5, 0.5 / 3.5]);
    await clock.advance(5_000);
    expectShares(shares(list), [0.25, 0.25, 0.25, 0.25]);
  });

  it('holds nobody back when more than half are new, nor those of the first list', async () => {
    const { shares, clock } = setUp({ slowStart: slowStart({ window: '10s' }) });
    const old = fleet({}, {});
    expectShares(shares(old), [0.5, 0.5]);
    await clock.advance(1);
    const list = [...old, ...['x', 'y', 'z'].map((id) => sampleInstance({ id }))];
    expectShares(shares(list), [0.2, 0.2, 0.2, 0.2, 0.2]);
    const half = list.slice(0, 4);
    expectShares(shares(half), [1 / 2.2, 1 / 2.2, 0.1 / 2.2, 0.1 / 2.2]);
  });

  it('begins anew for a new process under an old id, not for one that was away', async () => {
    const { shares, clock } = setUp({ slowStart: slowStart({ window: '10s' }) });
    const [a, b, c] = fleet({}, {}, {}) as [ServiceInstance, ServiceInstance, ServiceInstance];
    shares([a, b, c], {}, 1);
    await clock.advance(1_000);
    shares([a, b], {}, 1);
    expectShares(shares([a, b, c]), [1 / 3, 1 / 3, 1 / 3]);
    expectShares(shares([a, b, { ...c, startedAt: 5 }]), [1 / 2.1, 1 / 2.1, 0.1 / 2.1]);
  });

  it('minds p2c and least connections as well', async () => {
    for (const strategy of ['p2c', 'least-connections'] as const) {
      const { balancer, clock } = setUp({ slowStart: slowStart({ window: '10s' }) }, strategy);
      const old = fleet({}, {}, {});
      for (let call = 0; call < 30; call += 1) {
        const { done } = balancer.pick(old);
        await clock.advance(10);
        done('success');
      }
      const list = [...old, sampleInstance({ id: 'new' })];
      const warm = balancer.pick(list, { exclude: new Set(['i0', 'i1', 'i2']) });
      await clock.advance(10);
      warm.done('success');
      const running = Array.from({ length: 31 }, () => balancer.pick(list).instance.id);
      expect(running.filter((id) => id === 'new').length).toBeLessThanOrEqual(2);
    }
  });
});

describe('the options of a route', () => {
  const problemsOf = (options: unknown) => {
    const problems: string[] = [];
    routeCheck(options, 'route', problems);
    return problems;
  };

  it('refuse what makes no sense', () => {
    expect(problemsOf({ version: '2', metadata: { tier: 'gold' }, weights: { '2.1': 1 } })).toEqual([]);
    expect(problemsOf({ weights: { '1': 0, '2': 0 } })).toEqual([
      'route.weights: No version gets any calls. Give at least one a share above 0.',
    ]);
    expect(problemsOf({ weights: { '1': -1 } })[0]).toContain('route.weights.1: Invalid value -1');
    expect(problemsOf({ version: 2 })[0]).toContain('route.version: Invalid value 2');
  });

  it.each([
    '^2.0',
    '~2',
    '>=2',
    '<3',
    '=2',
    '2.x',
    'X',
    '2.+',
    '*',
    '2.*',
    '2.',
    '.2',
    '2..1',
    '1 - 2',
    '1||2',
    '[1,2)',
  ])('refuse the range %p, which would match nobody', (range) => {
    expect(problemsOf({ version: range })).toEqual([
      `route.version: Invalid value "${range}". Ranges are not understood: a version matches whole, or by its beginning up to a dot. Use '2' for 2.0.0 and 2.7.1.`,
    ]);
    expect(problemsOf({ weights: { [range]: 1 } })[0]).toContain(`route.weights: Invalid value "${range}".`);
  });

  it.each(['2', 'v2', '2.7.1', '2.0.0-rc.1', '1.0.0+linux.x64', '2026-11-22', 'stable', 'f3a9c1', 'x1'])(
    'take the version %p',
    (version) => {
      expect(problemsOf({ version, weights: { [version]: 1 } })).toEqual([]);
    },
  );

  it('refuse a share of a version that the route leaves out', () => {
    expect(problemsOf({ version: '1', weights: { '2': 10, '1.2': 90 } })).toEqual([
      "route.weights.2: Outside of version '1', so nobody would get this share.",
    ]);
    expect(problemsOf({ version: '2.1', weights: { v2: 10 } })).toEqual([]);
  });

  it('refuse a version that is named twice', () => {
    expect(problemsOf({ weights: { '2': 10, v2: 90 } })).toEqual([
      'route.weights.v2: Named twice, once with a leading v. Use one.',
    ]);
  });

  it.each([{}, { metadata: {} }, { version: undefined }])('refuse %p, which names nobody', (route) => {
    expect(problemsOf(route)).toEqual([
      'route: Names nobody. Give version, metadata or weights, or leave the route out.',
    ]);
  });
});
