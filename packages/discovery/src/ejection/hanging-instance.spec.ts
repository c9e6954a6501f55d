import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type BalancerEvent } from '../balancer/balancer-events.js';
import { InstanceBalancer } from '../balancer/instance-balancer.js';
import { createAlgorithm, type LoadBalanceStrategy } from '../balancer/strategies.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { ejectionSettings } from './ejection.options.js';

/** How the callers of a simulated fleet end calls that take long. */
interface Habit {
  readonly afterMs: number;
  readonly as: 'failure' | 'ignored';
}

const TIMEOUT: Habit = { afterMs: 500, as: 'failure' };
const HEDGE: Habit = { afterMs: 15, as: 'ignored' };

/** A fleet of instances that answer in 5 ms, or not at all while they hang, under load on a virtual clock. */
function simulate(habit: Habit, strategy: LoadBalanceStrategy = 'p2c') {
  const clock = new VirtualClock();
  const random = seededRandom(7);
  const list: ServiceInstance[] = Array.from({ length: 3 }, (_, n) => sampleInstance({ id: `i${n}` }));
  const hanging = new Map<string, (() => void)[]>();
  const dead = new Set<string>();
  const questions: string[] = [];
  const events: string[] = [];
  const note = (type: BalancerEvent['type'], { id }: ServiceInstance, why = '') =>
    events.push(`${Math.round(clock.monotonic())} ${type} ${id} ${why}`.trim());
  const balancer = new InstanceBalancer('users', createAlgorithm(strategy, random), clock, {
    random,
    ejection: ejectionSettings({}, () => 0.5),
    listener: {
      ejected: (instance, reason) => note('instance-ejected', instance, reason),
      restored: (instance) => note('instance-restored', instance),
    },
    signOfLife: ({ id }, signal) => {
      questions.push(id);
      if (dead.has(id)) return Promise.resolve(false);
      const waiting = hanging.get(id);
      if (!waiting) return Promise.resolve(true);
      return new Promise((resolve) => {
        waiting.push(() => resolve(true));
        signal.addEventListener('abort', () => resolve(false));
      });
    },
  });
  const landed: Record<string, number> = {};
  const call = (listed: readonly ServiceInstance[]) => {
    const { instance, done } = balancer.pick(listed);
    const { id } = instance;
    landed[id] = (landed[id] ?? 0) + 1;
    const waiting = hanging.get(id);
    if (dead.has(id)) clock.schedule(1, () => done('failure'));
    else clock.schedule(waiting ? habit.afterMs : 5, () => done(waiting ? habit.as : 'success'));
    // It answers everything at once when it goes on; of what is told twice the first counts.
    waiting?.push(() => done('success'));
  };
  return {
    clock,
    balancer,
    list,
    events,
    questions,
    /** Its callers know at once: enough calls have failed to put it out. */
    kill(id: string) {
      dead.add(id);
      const others = new Set(list.map((one) => one.id).filter((other) => other !== id));
      for (let n = 0; n < 5; n += 1) balancer.pick(list, { exclude: others }).done('failure');
    },
    revive: (id: string) => dead.delete(id),
    freeze: (id: string) => hanging.set(id, []),
    thaw: (id: string) => {
      const waiting = hanging.get(id) ?? [];
      hanging.delete(id);
      for (const answer of waiting) answer();
    },
    /** 300 calls a second; how many of them each got. */
    async load(ms: number, listed = list) {
      for (const id of Object.keys(landed)) delete landed[id];
      for (let at = 0; at < ms; at += 10 / 3) clock.schedule(at, () => call(listed));
      await clock.advance(ms);
      return { ...landed };
    },
  };
}

describe.each([
  ['time out', TIMEOUT],
  ['are overtaken by hedges', HEDGE],
] as const)('one of three that hangs, whose calls %s', (_how, habit) => {
  it.each(['p2c', 'round-robin', 'least-connections'] as const)(
    'is out within a second and back as soon as it goes on, under %s',
    async (strategy) => {
      const { load, freeze, thaw, events } = simulate(habit, strategy);
      await load(1_000);
      freeze('i1');
      await load(1_000);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatch(/ instance-ejected i1 /);
      await load(7_000);
      expect(events).toHaveLength(1);
      thaw('i1');
      const back = await load(1_000);
      expect(events[1]).toMatch(/^90\d\d instance-restored i1$/);
      expect(back['i1']).toBeGreaterThan(75);
    },
  );

  it('gets next to no calls while it is out', async () => {
    const { load, freeze } = simulate(habit);
    await load(1_000);
    freeze('i1');
    await load(1_000);
    expect((await load(20_000))['i1'] ?? 0).toBeLessThanOrEqual(3);
  });
});

describe('one that hangs', () => {
  it('looks no faster than what its calls have waited in vain, while hedges overtake them', async () => {
    const { balancer, list, load, freeze } = simulate(HEDGE);
    await load(1_000);
    freeze('i1');
    await load(100);
    const [, hanging] = balancer.report().instances;
    expect(hanging?.instance).toBe(list[1]);
    expect(hanging?.costMs).toBeGreaterThan(14);
  });

  it('and may not be put out, because another one is, is called anew when it goes on', async () => {
    const { load, freeze, thaw, events } = simulate(TIMEOUT);
    await load(1_000);
    freeze('i0');
    freeze('i1');
    await load(3_000);
    expect(events).toHaveLength(1);
    thaw('i0');
    thaw('i1');
    const { i0 = 0, i1 = 0 } = await load(2_000);
    expect(Math.min(i0, i1)).toBeGreaterThan(120);
  });

  it.each(['success', 'failure'] as const)(
    'behind one that is dead has its share as soon as it goes on, whatever comes of its last calls: %s',
    async (outcome) => {
      const { load, kill, freeze, thaw, events, balancer, list } = simulate(TIMEOUT);
      await load(1_000);
      kill('i0');
      freeze('i1');
      await load(5_000);
      // Enough of them to put it out, if they counted.
      const last = Array.from({ length: 6 }, () => balancer.pick(list, { exclude: new Set(['i0', 'i2']) }));
      await load(300);
      thaw('i1');
      // The dead one leaves the list, so there is room.
      const alive = list.slice(1);
      await load(100, alive);
      for (const { done } of last) done(outcome);
      expect((await load(1_000, alive))['i1']).toBeGreaterThan(100);
      expect(events).toEqual(['1000 instance-ejected i0 consecutive-failures']);
    },
  );

  it('and could not be put out for want of room is put out when there is room', async () => {
    const { load, kill, freeze, thaw, events, balancer, list } = simulate(TIMEOUT);
    await load(1_000);
    kill('i0');
    freeze('i1');
    await load(2_000);
    const without = list.slice(1);
    const lost = balancer.pick(without, { exclude: new Set(['i2']) });
    await load(500, without);
    lost.done('failure');
    thaw('i1');
    await load(100, without);
    expect(events.slice(1)).toEqual([
      '3500 instance-ejected i1 no-sign-of-life',
      expect.stringMatching(/^35\d\d instance-restored i1$/),
    ]);
  });

  it('is not asked any longer when it leaves the list, nor when the balancer is closed', async () => {
    const { balancer, clock, list, load, freeze, questions } = simulate(TIMEOUT);
    await load(1_000);
    freeze('i1');
    await load(1_000);
    expect(questions).toEqual(['i1']);
    balancer.pick(list.slice(0, 1)).done('success');
    await clock.advance(60_000);
    expect(questions).toEqual(['i1']);
    await load(1_000);
    expect(questions.length).toBeGreaterThan(1);
    balancer.close();
    const asked = questions.length;
    await clock.advance(60_000);
    expect(questions).toHaveLength(asked);
  });
});

describe('one whose calls time out and who answers all the same', () => {
  it('is asked, and judged by its calls alone', async () => {
    const { balancer, clock, list, events, questions } = simulate(TIMEOUT);
    const fail = async () => {
      const { done } = balancer.pick(list, { exclude: new Set(['i0', 'i2']) });
      await clock.advance(500);
      done('failure');
    };
    for (let n = 0; n < 4; n += 1) await fail();
    await clock.advance(10_000);
    expect(questions).toEqual(['i1', 'i1', 'i1', 'i1']);
    expect(events).toEqual([]);
    await fail();
    expect(events).toEqual(['12500 instance-ejected i1 consecutive-failures']);
    await clock.advance(100);
    expect(balancer.pick(list).instance.id).not.toBe('i1');
  });
});

describe('one of three that was put out for failing', () => {
  it('gets no call as long as nobody listens there, and is tried as soon as somebody does', async () => {
    const { load, kill, revive, events, balancer, clock } = simulate(TIMEOUT);
    await load(1_000);
    kill('i0');
    expect((await load(60_000))['i0']).toBeUndefined();
    revive('i0');
    expect((await load(2_000))['i0']).toBeGreaterThan(100);
    expect(events).toEqual([
      '1000 instance-ejected i0 consecutive-failures',
      expect.stringMatching(/^6[12]\d\d\d instance-restored i0$/),
    ]);
    balancer.close();
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });
});
