import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type NewInstance, type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { InstanceBalancer } from './instance-balancer.js';
import { createAlgorithm, type LoadBalanceStrategy, STRATEGIES } from './strategies.js';

/** How an instance behaves in a simulation. */
interface Behaviour {
  readonly latencyMs: number;
  readonly fails?: boolean;
}

function fleet(count: number, facts: Partial<NewInstance> = {}): ServiceInstance[] {
  return Array.from({ length: count }, (_, index) => sampleInstance({ id: `i${index}`, ...facts }));
}

function setUp(strategy: LoadBalanceStrategy, seed = 7) {
  const clock = new VirtualClock();
  return {
    clock,
    balancer: new InstanceBalancer('users', createAlgorithm(strategy, seededRandom(seed)), clock),
  };
}

/** Makes `calls` calls from several callers at once; returns how many each instance got. */
async function simulate(
  strategy: LoadBalanceStrategy,
  behaviours: Readonly<Record<string, Behaviour>>,
  { calls = 2_000, callers = 4, instances = fleet(Object.keys(behaviours).length) } = {},
): Promise<Record<string, number>> {
  const { clock, balancer } = setUp(strategy);
  const counts: Record<string, number> = Object.fromEntries(instances.map(({ id }) => [id, 0]));
  let left = calls;
  const call = (): void => {
    if (left === 0) return;
    left -= 1;
    const { instance, done } = balancer.pick(instances);
    const { latencyMs, fails } = behaviours[instance.id] ?? { latencyMs: 0 };
    counts[instance.id] = (counts[instance.id] ?? 0) + 1;
    clock.schedule(latencyMs, () => {
      done(fails ? 'failure' : 'success');
      call();
    });
  };
  for (let caller = 0; caller < callers; caller += 1) call();
  while (clock.pending > 0) await clock.advance(500);
  return counts;
}

describe.each(STRATEGIES)('%s', (strategy) => {
  it('picks the only one, and says when there is none', () => {
    const { balancer } = setUp(strategy);
    const one = fleet(1);
    expect(balancer.pick(one).instance).toBe(one[0]);
    expect(() => balancer.pick([])).toThrow('no instances available for users');
  });

  it.each([2, 3])('reaches each of %p', (count) => {
    const { balancer } = setUp(strategy);
    const instances = fleet(count);
    const picked = new Set<string>();
    for (let call = 0; call < 60; call += 1) picked.add(balancer.pick(instances).instance.id);
    expect(picked.size).toBe(count);
  });

  it('leaves out what was tried, until nobody else is left', () => {
    const { balancer } = setUp(strategy);
    const instances = fleet(3);
    for (let call = 0; call < 50; call += 1)
      expect(balancer.pick(instances, { exclude: new Set(['i0', 'i2']) }).instance.id).toBe('i1');
    expect(balancer.pick(instances, { exclude: new Set(['i0', 'i1', 'i2']) }).instance.id).toMatch(/^i/);
  });

  it('goes only where the call can go, to the draining when nobody else there is up', () => {
    const { balancer } = setUp(strategy);
    const [a, b, c] = fleet(3) as [ServiceInstance, ServiceInstance, ServiceInstance];
    const instances = [
      { ...a, protocol: 'grpc' },
      b,
      { ...c, protocol: 'grpc', status: 'draining' as const },
    ];
    const accept = ({ protocol }: ServiceInstance) => protocol === 'grpc';
    for (let call = 0; call < 50; call += 1) {
      expect(balancer.pick(instances, { accept })).toMatchObject({ instance: { id: a.id }, alternatives: 0 });
    }
    expect(balancer.pick(instances.slice(1), { accept }).instance.id).toBe(c.id);
    expect(() => balancer.pick([b], { accept })).toThrow(
      'no instances available for users (1 registered, but none that this call can go to)',
    );
  });

  it('says how many others were not tried yet', () => {
    const { balancer } = setUp(strategy);
    const instances = fleet(3);
    const left = (...tried: string[]) => balancer.pick(instances, { exclude: new Set(tried) }).alternatives;
    expect(balancer.pick(instances).alternatives).toBe(2);
    expect([left('i0'), left('i0', 'i1'), left('i0', 'i1', 'i2')]).toEqual([1, 0, 0]);
  });

  it('sends nothing to the draining while somebody is up, and something when nobody is', () => {
    const { balancer } = setUp(strategy);
    const [a, b] = fleet(2) as [ServiceInstance, ServiceInstance];
    const draining = { ...a, status: 'draining' } as const;
    for (let call = 0; call < 50; call += 1) expect(balancer.pick([draining, b]).instance.id).toBe(b.id);
    expect(balancer.pick([draining, b], { exclude: new Set([b.id]) }).instance.id).toBe(b.id);
    expect(balancer.pick([draining]).instance).toBe(draining);
  });
});

describe('round robin', () => {
  it('gives each the same number of calls and does not always start with the same', () => {
    const instances = fleet(3);
    const starts = new Set<string>();
    for (let seed = 0; seed < 30; seed += 1) {
      const { balancer } = setUp('round-robin', seed);
      const picked = Array.from({ length: 9 }, () => balancer.pick(instances).instance.id);
      starts.add(picked[0] ?? '');
      for (const id of ['i0', 'i1', 'i2']) expect(picked.filter((other) => other === id)).toHaveLength(3);
    }
    expect(starts.size).toBe(3);
  });
});

describe('random', () => {
  it('spreads calls evenly', async () => {
    const counts = await simulate('random', {
      i0: { latencyMs: 1 },
      i1: { latencyMs: 50 },
      i2: { latencyMs: 1 },
    });
    for (const count of Object.values(counts)) expect(Math.abs(count - 2_000 / 3)).toBeLessThan(80);
  });
});

describe('least connections', () => {
  it('prefers who has fewer calls running, for its weight', () => {
    const { balancer } = setUp('least-connections');
    const [light, heavy] = [sampleInstance({ id: 'light' }), sampleInstance({ id: 'heavy', weight: 3 })];
    const picked = Array.from({ length: 8 }, () => balancer.pick([light, heavy]).instance.id);
    expect(picked.filter((id) => id === 'heavy')).toHaveLength(6);
  });

  it('sends fewer calls to the slow', async () => {
    const counts = await simulate(
      'least-connections',
      { i0: { latencyMs: 100 }, i1: { latencyMs: 5 } },
      { callers: 8 },
    );
    expect(counts['i0']).toBeLessThan(2_000 * 0.15);
  });
});

describe('p2c', () => {
  it('sends few calls to the slow one of three, and still some', async () => {
    const counts = await simulate('p2c', {
      i0: { latencyMs: 100 },
      i1: { latencyMs: 2 },
      i2: { latencyMs: 2 },
    });
    expect(counts['i0']).toBeLessThan(2_000 * 0.05);
    expect(counts['i0']).toBeGreaterThan(0);
  });

  it('gives less than one in a hundred calls to one that fails at once, where round robin gives a third', async () => {
    const behaviours = { i0: { latencyMs: 1, fails: true }, i1: { latencyMs: 20 }, i2: { latencyMs: 20 } };
    expect((await simulate('p2c', behaviours))['i0']).toBeLessThan(2_000 * 0.01);
    expect((await simulate('round-robin', behaviours))['i0']).toBeGreaterThan(2_000 * 0.3);
  });

  it('spreads calls over equals', async () => {
    const behaviours = Object.fromEntries(fleet(5).map(({ id }) => [id, { latencyMs: 10 }]));
    const counts = await simulate('p2c', behaviours);
    for (const count of Object.values(counts)) expect(Math.abs(count - 400)).toBeLessThan(120);
  });

  it('gives one call at a time to somebody new, until that one was measured', () => {
    const { balancer } = setUp('p2c');
    const [old, fresh] = fleet(2) as [ServiceInstance, ServiceInstance];
    balancer.pick([old]).done('success');
    const pair = [old, fresh];
    const picked = Array.from({ length: 20 }, () => balancer.pick(pair).instance.id);
    expect(picked.filter((id) => id === fresh.id).length).toBeLessThanOrEqual(1);
  });

  it('tries one again that was slow, after a while without calls', async () => {
    const { clock, balancer } = setUp('p2c');
    const pair = fleet(2);
    const [slow, quick] = pair as [ServiceInstance, ServiceInstance];
    const only = (id: string) => ({
      exclude: new Set(pair.map((i) => i.id).filter((other) => other !== id)),
    });
    const first = balancer.pick(pair, only(slow.id));
    await clock.advance(1_000);
    first.done('success');
    const callQuick = async () => {
      const { instance, done } = balancer.pick(pair);
      await clock.advance(5);
      done('success');
      return instance.id;
    };
    expect(await callQuick()).toBe(quick.id);
    for (let call = 0; call < 20; call += 1) expect(await callQuick()).toBe(quick.id);
    const seen = new Set<string>();
    for (let call = 0; call < 30_000 && seen.size < 2; call += 1) seen.add(await callQuick());
    expect([...seen].sort()).toEqual([slow.id, quick.id].sort());
    expect(clock.monotonic()).toBeLessThan(90_000);
  });

  it('minds weights', async () => {
    const behaviours = { i0: { latencyMs: 10 }, i1: { latencyMs: 10 } };
    const instances = [sampleInstance({ id: 'i0', weight: 1 }), sampleInstance({ id: 'i1', weight: 4 })];
    const counts = await simulate('p2c', behaviours, { instances, callers: 20 });
    const { i0: light = 0, i1: heavy = 0 } = counts;
    expect(heavy / light).toBeGreaterThan(2.5);
    expect(heavy / light).toBeLessThan(6);
  });
});

/** Who would get the next call; what becomes of it teaches nothing. */
function wouldGet(balancer: InstanceBalancer, list: readonly ServiceInstance[]): string {
  const { instance, done } = balancer.pick(list);
  done('ignored');
  return instance.id;
}

describe('what a caller says about its calls', () => {
  it('is asked once for each list, when the predicate is kept', () => {
    const { balancer } = setUp('p2c');
    const [list, longer] = [fleet(3), fleet(5)];
    let asked = 0;
    const accept = ({ id }: ServiceInstance) => {
      asked += 1;
      return id !== 'i0';
    };
    for (let call = 0; call < 50; call += 1) balancer.pick(list, { accept });
    expect(asked).toBe(3);
    for (let call = 0; call < 50; call += 1) balancer.pick(longer, { accept });
    expect(asked).toBe(8);
  });

  it('may be a new predicate each time, which changes nothing', () => {
    const { balancer } = setUp('round-robin');
    const list = fleet(3);
    const picked = Array.from(
      { length: 9 },
      () => balancer.pick(list, { accept: () => true, exclude: new Set() }).instance.id,
    );
    for (const id of ['i0', 'i1', 'i2']) expect(picked.filter((other) => other === id)).toHaveLength(3);
  });
});

describe('what an instance says about itself', () => {
  it('makes p2c prefer the less busy of two that answer as fast', async () => {
    const { clock, balancer } = setUp('p2c');
    const pair = fleet(2);
    for (const utilization of [0.9, 0.2]) {
      const exclude = new Set(utilization === 0.9 ? ['i1'] : ['i0']);
      const { done } = balancer.pick(pair, { exclude });
      await clock.advance(10);
      done('success', undefined, { utilization });
    }
    for (let call = 0; call < 30; call += 1) expect(wouldGet(balancer, pair)).toBe('i1');
  });

  it('counts also when the call has failed or was given up', () => {
    const { balancer } = setUp('p2c');
    const pair = fleet(2);
    balancer.pick(pair, { exclude: new Set(['i1']) }).done('success');
    balancer.pick(pair, { exclude: new Set(['i0']) }).done('ignored', undefined, { utilization: 0.5 });
    expect(balancer.report().instances).toMatchObject([
      { costMs: 0, utilization: 0 },
      { pending: 0, utilization: 0.5 },
    ]);
    expect(balancer.report().instances[1]).not.toHaveProperty('costMs');
  });
});

describe('what is learnt', () => {
  it('survives a change of the list', async () => {
    const { clock, balancer } = setUp('p2c');
    const [bad, good, more] = fleet(3) as [ServiceInstance, ServiceInstance, ServiceInstance];
    balancer.pick([bad]).done('failure');
    balancer.pick([good]).done('success');
    balancer.pick([good, more], { exclude: new Set([good.id]) }).done('success');
    await clock.advance(10);
    for (let call = 0; call < 50; call += 1) {
      const list = call % 2 === 0 ? [bad, good] : [bad, good, more];
      const { instance, done } = balancer.pick(list);
      done('success');
      expect(instance.id).not.toBe(bad.id);
    }
  });

  it('keeps the penalty of a failing instance that asks to be called again at once', async () => {
    const { clock, balancer } = setUp('p2c');
    const [bad, good] = fleet(2) as [ServiceInstance, ServiceInstance];
    balancer.pick([good]).done('success');
    balancer.pick([bad]).done('failure', 0);
    await clock.advance(10);
    for (let call = 0; call < 50; call += 1) {
      const { instance, done } = balancer.pick([bad, good]);
      done('success');
      expect(instance.id).toBe(good.id);
    }
  });

  it('takes the time that a failing instance asks for as its penalty when that is longer, up to five minutes', async () => {
    const { clock, balancer } = setUp('p2c');
    const pair = fleet(2);
    const [asks, fails] = pair as [ServiceInstance, ServiceInstance];
    balancer.pick([asks]).done('failure', 60_000);
    balancer.pick([fails]).done('failure');
    await clock.advance(1);
    for (let call = 0; call < 20; call += 1) expect(wouldGet(balancer, pair)).toBe(fails.id);
    balancer.pick([asks]).done('failure', 86_400_000);
    await clock.advance(100_000);
    balancer.pick([fails]).done('failure');
    // 300 s have decayed to 14 ms by now; a day would not have.
    for (let call = 0; call < 20; call += 1) expect(wouldGet(balancer, pair)).toBe(asks.id);
  });

  it('counts the end of a call once and learns nothing from one that was given up', async () => {
    const { clock, balancer } = setUp('least-connections');
    const pair = fleet(2);
    const first = balancer.pick(pair);
    first.done('ignored');
    first.done('failure');
    const [a, b] = [balancer.pick(pair), balancer.pick(pair)];
    expect(a.instance.id).not.toBe(b.instance.id);
    await clock.advance(1);
    a.done('success');
    a.done('success');
    expect(balancer.pick(pair).instance.id).toBe(a.instance.id);
  });
});

describe('a stream', () => {
  it('counts as running until its end, and costs what its beginning took', async () => {
    const { clock, balancer } = setUp('least-connections');
    const instances = fleet(2);
    const stream = balancer.pick(instances);
    await clock.advance(20);
    stream.answered();
    await clock.advance(600_000);
    stream.answered();
    const known = () => balancer.report().instances.find(({ instance }) => instance === stream.instance);
    expect(known()?.pending).toBe(1);
    for (let call = 0; call < 5; call += 1) {
      const { instance, done } = balancer.pick(instances);
      expect(instance.id).not.toBe(stream.instance.id);
      done('ignored');
    }
    stream.done('success');
    expect(known()?.pending).toBe(0);
    expect(known()?.costMs).toBeLessThanOrEqual(20);
  });
});
