import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { type BalancerEvent } from '../balancer/balancer-events.js';
import { type CallOutcome } from '../balancer/instance-stats.js';
import { InstanceBalancer } from '../balancer/instance-balancer.js';
import { createAlgorithm, type LoadBalanceStrategy } from '../balancer/strategies.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { ejectionCheck, type EjectionOptions, ejectionSettings } from './ejection.options.js';

function fleet(count: number): ServiceInstance[] {
  return Array.from({ length: count }, (_, index) => sampleInstance({ id: `i${index}` }));
}

const told = (event: BalancerEvent) => `${event.type} ${event.instance.id}`;

/** A balancer with ejection, and calls to single instances of it by way of excluding the others. */
function setUp(options: EjectionOptions = {}, strategy: LoadBalanceStrategy = 'round-robin') {
  const clock = new VirtualClock();
  const events: BalancerEvent[] = [];
  // The draw makes the jitter: half of it, so that an ejection lasts three quarters of the full pause.
  const ejection = ejectionSettings(options, () => 0.5);
  const balancer = new InstanceBalancer('users', createAlgorithm(strategy, seededRandom(5)), clock, {
    ejection,
    random: seededRandom(6),
    listener: {
      ejected: (instance, reason, forMs) =>
        events.push({ type: 'instance-ejected', instance, reason, forMs }),
      restored: (instance) => events.push({ type: 'instance-restored', instance }),
    },
  });
  const call = (list: readonly ServiceInstance[], id: string, ...outcomes: CallOutcome[]) => {
    for (const outcome of outcomes) {
      const others = list.map((instance) => instance.id).filter((other) => other !== id);
      // With nobody to exclude it would be a first try, which may be a probe.
      const picked = balancer.pick(list, { exclude: new Set([...others, 'nobody']) });
      expect(picked.instance.id).toBe(id);
      picked.done(outcome);
    }
  };
  /** Who gets the next calls, all of which succeed. */
  const next = (list: readonly ServiceInstance[], count = 60, outcome: CallOutcome = 'success') => {
    const ids = new Set<string>();
    for (let at = 0; at < count; at += 1) {
      const picked = balancer.pick(list);
      ids.add(picked.instance.id);
      picked.done(outcome);
    }
    return [...ids].sort();
  };
  return { clock, balancer, events, call, next };
}

const five = Array.from({ length: 5 }, (): CallOutcome => 'failure');

describe('an instance is put out', () => {
  it('after five failures in a row, not after four', () => {
    const { call, next, events } = setUp({ successRate: false });
    const list = fleet(3);
    call(list, 'i0', ...five.slice(1));
    expect(next(list)).toEqual(['i0', 'i1', 'i2']);
    call(list, 'i0', ...five);
    expect(next(list)).toEqual(['i1', 'i2']);
    expect(events).toMatchObject([
      { type: 'instance-ejected', instance: { id: 'i0' }, reason: 'consecutive-failures', forMs: 3_750 },
    ]);
  });

  it('not when a success is among them, nor for calls that tell nothing', () => {
    const { call, next } = setUp({ successRate: false });
    const list = fleet(3);
    call(list, 'i0', ...five.slice(1), 'success', ...five.slice(1));
    for (let time = 0; time < 20; time += 1) call(list, 'i1', 'ignored');
    expect(next(list)).toEqual(['i0', 'i1', 'i2']);
  });

  it('when fewer than eight of ten calls succeed, although never two in a row fail', () => {
    const { call, next, events } = setUp();
    const list = fleet(3);
    call(list, 'i0', 'success', 'success', 'success', 'success', 'failure');
    expect(next(list, 3)).toHaveLength(3);
    call(list, 'i0', 'failure');
    expect(next(list)).toEqual(['i1', 'i2']);
    expect(events).toMatchObject([{ reason: 'success-rate' }]);
  });

  it('for its share of successes only when there were five calls within the window', async () => {
    const { call, next, clock } = setUp();
    const list = fleet(3);
    call(list, 'i0', 'failure', 'success', 'failure', 'success');
    await clock.advance(31_000);
    call(list, 'i0', 'failure', 'success', 'failure', 'success');
    expect(next(list, 3)).toHaveLength(3);
  });

  it('never by what is switched off', () => {
    const rate = setUp({ consecutiveFailures: false, minimumCalls: 50 });
    const row = setUp({ successRate: false, consecutiveFailures: 50 });
    const list = fleet(3);
    for (const { call, next } of [rate, row]) {
      for (let round = 0; round < 4; round += 1) call(list, 'i0', ...five);
      expect(next(list)).toHaveLength(3);
    }
  });

  it('but never more than half of them, and not the only one', () => {
    for (const [count, out] of [
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 2],
      [5, 2],
    ] as const) {
      const { call, events } = setUp();
      const list = fleet(count);
      for (const { id } of list) {
        // Whoever is out cannot be called like this any more.
        if (events.length < out) call(list, id, ...five);
      }
      for (const { id } of list.slice(out)) call(list, id, ...five);
      expect(events.map(told)).toEqual(list.slice(0, out).map(({ id }) => `instance-ejected ${id}`));
    }
  });

  it('as soon as there is room for it, when it had to stay in', async () => {
    const { balancer, call, next, events, clock } = setUp();
    const list = fleet(3);
    call(list, 'i0', ...five);
    call(list, 'i1', ...five);
    await clock.advance(5_000);
    balancer.pick(list).done('success');
    call(list, 'i1', 'failure');
    expect(next(list)).toEqual(['i0', 'i2']);
    expect(events.map(told)).toEqual(['instance-ejected i0', 'instance-restored i0', 'instance-ejected i1']);
  });

  it('and stays out when the list changes, and when it comes back onto the list', () => {
    const { call, next } = setUp();
    const [a, b, c, d] = fleet(4) as [ServiceInstance, ServiceInstance, ServiceInstance, ServiceInstance];
    call([a, b, c], 'i0', ...five);
    expect(next([a, b, c, d])).toEqual(['i1', 'i2', 'i3']);
    expect(next([b, c, d])).toEqual(['i1', 'i2', 'i3']);
    expect(next([{ ...a }, b, c, d])).toEqual(['i1', 'i2', 'i3']);
  });

  it('but not for what an earlier process of the same id has done', () => {
    const { call, next } = setUp();
    const [a, b, c] = fleet(3) as [ServiceInstance, ServiceInstance, ServiceInstance];
    call([a, b, c], 'i0', ...five);
    expect(next([{ ...a, startedAt: 9 }, b, c])).toEqual(['i0', 'i1', 'i2']);
  });

  it('leaves room when it leaves the list, and takes none when it fails after that', () => {
    const { balancer, call, events } = setUp();
    const [a, b, c, d] = fleet(4) as [ServiceInstance, ServiceInstance, ServiceInstance, ServiceInstance];
    const late = Array.from({ length: 5 }, () => balancer.pick([a]));
    call([a, b, c], 'i1', ...five);
    call([a, c, d], 'i2', ...five);
    call([c, d], 'i3', 'success');
    for (const { done } of late) done('failure');
    expect(events.map(told)).toEqual(['instance-ejected i1', 'instance-ejected i2']);
  });
});

describe('an instance that is out', () => {
  it('gets exactly one call when its time has come, which lets it in when it succeeds', async () => {
    const { balancer, call, next, clock, events } = setUp();
    const list = fleet(3);
    call(list, 'i0', ...five);
    await clock.advance(3_749);
    expect(next(list)).toEqual(['i1', 'i2']);
    await clock.advance(1);
    const probe = balancer.pick(list);
    expect(probe).toMatchObject({ instance: { id: 'i0' }, alternatives: 2 });
    expect(next(list)).toEqual(['i1', 'i2']);
    probe.done('success');
    expect(next(list)).toEqual(['i0', 'i1', 'i2']);
    expect(events.map(told)).toEqual(['instance-ejected i0', 'instance-restored i0']);
  });

  it('stays out for twice as long each time that the one call fails, up to five minutes', async () => {
    const { balancer, call, clock } = setUp({}, 'p2c');
    const list = fleet(3);
    call(list, 'i0', ...five);
    const pauses: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const from = clock.monotonic();
      let picked = balancer.pick(list);
      while (picked.instance.id !== 'i0') {
        picked.done('success');
        await clock.advance(250);
        picked = balancer.pick(list);
      }
      pauses.push(clock.monotonic() - from);
      picked.done('failure');
    }
    expect(pauses).toEqual([3_750, 7_500, 15_000, 30_000, 60_000, 120_000, 225_000, 225_000, 225_000]);
  });

  it('gets another call at once when the one tells nothing, and later when it never ends', async () => {
    const { balancer, call, next, clock } = setUp();
    const list = fleet(3);
    call(list, 'i0', ...five);
    await clock.advance(3_750);
    balancer.pick(list).done('ignored');
    const hanging = balancer.pick(list);
    expect(hanging.instance.id).toBe('i0');
    await clock.advance(3_749);
    expect(next(list)).toEqual(['i1', 'i2']);
    await clock.advance(1);
    expect(balancer.pick(list).instance.id).toBe('i0');
    expect(next(list)).toEqual(['i1', 'i2']);
    hanging.done('success');
    expect(next(list)).toEqual(['i0', 'i1', 'i2']);
  });

  it('is not let in by a call that was under way before', () => {
    const { balancer, call, next } = setUp();
    const list = fleet(3);
    const exclude = new Set(['i1', 'i2']);
    const before = balancer.pick(list, { exclude });
    call(list, 'i0', ...five);
    before.done('success');
    expect(next(list)).toEqual(['i1', 'i2']);
  });

  it('is not tried with a second try, nor with a call that cannot go to it', async () => {
    const { balancer, call, clock } = setUp();
    const [a, b, c] = fleet(3) as [ServiceInstance, ServiceInstance, ServiceInstance];
    const list = [{ ...a, protocol: 'grpc' }, b, c];
    call(list, 'i0', ...five);
    await clock.advance(10_000);
    const accept = ({ protocol }: ServiceInstance) => protocol === 'http';
    for (let at = 0; at < 10; at += 1) {
      expect(balancer.pick(list, { accept }).instance.id).not.toBe('i0');
      expect(balancer.pick(list, { exclude: new Set(['i1']) }).instance.id).toBe('i2');
    }
    expect(balancer.pick(list).instance.id).toBe('i0');
  });

  it.each(['consistent-hash', 'sticky'] as const)(
    'is tried again under %s with a call whose key leads to it, never with another one',
    async (strategy) => {
      const { balancer, call, clock, events } = setUp({}, strategy);
      const list = fleet(3);
      const ownerOf = (key: string) => {
        const { instance, done } = balancer.pick(list, { key });
        done('success');
        return instance.id;
      };
      call(list, 'i0', ...five);
      const keys = Array.from({ length: 100 }, (_, at) => `user-${at}`);
      const owners = keys.map(ownerOf);
      expect(owners).not.toContain('i0');
      await clock.advance(60_000);
      for (const [at, key] of keys.entries()) {
        const owner = ownerOf(key);
        if (strategy === 'sticky' || owner !== 'i0') expect(owner).toBe(owners[at]);
      }
      for (let at = 0; at < 300 && events.length < 2; at += 1) {
        ownerOf(`new-${at}`);
        await clock.advance(100);
      }
      expect(events.map(told)).toEqual(['instance-ejected i0', 'instance-restored i0']);
    },
  );

  it('is passed over once more when it is leaving, however long it has been out', async () => {
    const { call, next, clock } = setUp();
    const [a, b, c] = fleet(3) as [ServiceInstance, ServiceInstance, ServiceInstance];
    call([a, b, c], 'i0', ...five);
    await clock.advance(60_000);
    expect(next([{ ...a, status: 'draining' }, b, c])).toEqual(['i1', 'i2']);
  });

  it('gets its full share at once when it is let in, also under p2c, which remembers failures', async () => {
    const { balancer, call, clock } = setUp({}, 'p2c');
    const list = fleet(2);
    call(list, 'i1', 'success');
    call(list, 'i0', ...five);
    await clock.advance(3_750);
    const counts: Record<string, number> = { i0: 0, i1: 0 };
    for (let at = 0; at < 400; at += 1) {
      const { instance, done } = balancer.pick(list);
      counts[instance.id] = (counts[instance.id] ?? 0) + 1;
      await clock.advance(10);
      done('success');
    }
    expect(counts['i0']).toBeGreaterThan(120);
  });

  it('is held back as if it were the first time when it has been well for long', async () => {
    const { balancer, call, clock, events } = setUp();
    const list = fleet(3);
    const fall = async (wellFor: number) => {
      call(list, 'i0', ...five);
      await clock.advance(400_000);
      balancer.pick(list).done('success');
      await clock.advance(wellFor);
    };
    await fall(1_000);
    await fall(29_000);
    await fall(65_000);
    await fall(0);
    const lengths = events.flatMap((event) => (event.type === 'instance-ejected' ? [event.forMs] : []));
    expect(lengths).toEqual([3_750, 7_500, 15_000, 7_500]);
  });
});

describe('ejection under round robin', () => {
  it('leaves nine of 6,000 calls to one of three that always fails', async () => {
    const { balancer, clock } = setUp();
    const list = fleet(3);
    let toBad = 0;
    for (let call = 0; call < 6_000; call += 1) {
      const { instance, done } = balancer.pick(list);
      if (instance.id === 'i0') toBad += 1;
      done(instance.id === 'i0' ? 'failure' : 'success');
      await clock.advance(10);
    }
    // Five failures, and one for each time that it was tried again: after 4, 11, 26 and 56 seconds.
    expect(toBad).toBe(5 + 4);
  });
});

describe('panic', () => {
  it('calls all of them when all are out', () => {
    const { call, next, events } = setUp({ maxEjectedShare: 1, panicThreshold: 0 });
    const list = fleet(3);
    for (const { id } of list) call(list, id, ...five);
    expect(events).toHaveLength(3);
    expect(next(list)).toEqual(['i0', 'i1', 'i2']);
  });

  it('calls the ejected when fewer than half are healthy, and stops when enough are', () => {
    const { balancer, call, next } = setUp();
    const list = fleet(4);
    call(list, 'i0', ...five);
    call(list, 'i1', ...five);
    expect(next(list)).toEqual(['i2', 'i3']);
    expect(balancer.report()).toMatchObject({ panicking: false });
    const fewer = list.slice(0, 3);
    expect(next(fewer)).toEqual(['i0', 'i1', 'i2']);
    expect(balancer.report()).toMatchObject({ panicking: true });
    expect(next([...list, sampleInstance({ id: 'i4' })])).toEqual(['i2', 'i3', 'i4']);
  });

  it('counts those that leave as not healthy, and calls them none the more', () => {
    const { call, next } = setUp();
    const [a, b, c] = fleet(3) as [ServiceInstance, ServiceInstance, ServiceInstance];
    call([a, b, c], 'i0', ...five);
    expect(next([a, b, { ...c, status: 'draining' }])).toEqual(['i0', 'i1']);
  });

  it('can be switched off, which leaves the last healthy one alone with the calls', () => {
    const { call, next } = setUp({ panicThreshold: 0, maxEjectedShare: 1 });
    const list = fleet(3);
    call(list, 'i0', ...five);
    call(list, 'i1', ...five);
    expect(next(list)).toEqual(['i2']);
  });

  it('still lets in with one call who works again', async () => {
    const { balancer, call, clock, events } = setUp();
    const list = fleet(4);
    call(list, 'i0', ...five);
    call(list, 'i1', ...five);
    await clock.advance(3_750);
    const fewer = list.slice(0, 3);
    const probe = balancer.pick(fewer);
    expect(probe).toMatchObject({ instance: { id: 'i0' }, alternatives: 2 });
    probe.done('success');
    expect(events.at(-1)).toMatchObject({ type: 'instance-restored', instance: { id: 'i0' } });
  });
});

describe('the report', () => {
  it('says who is out, why, and when it is tried again', async () => {
    const { balancer, call, clock } = setUp();
    const list = fleet(3);
    call(list, 'i0', ...five);
    await clock.advance(750);
    expect(balancer.report().instances).toMatchObject([
      { instance: { id: 'i0' }, pending: 0, ejected: { reason: 'consecutive-failures', retryInMs: 3_000 } },
      { instance: { id: 'i1' } },
      { instance: { id: 'i2' } },
    ]);
    expect(balancer.report().instances[1]).not.toHaveProperty('ejected');
    await clock.advance(60_000);
    expect(balancer.report().instances[0]).toMatchObject({ ejected: { retryInMs: 0 } });
  });
});

describe('the options of ejection', () => {
  const problemsOf = (options: unknown) => {
    const problems: string[] = [];
    ejectionCheck(options, 'ejection', problems);
    return problems;
  };

  it('may be left out', () => {
    expect(problemsOf(undefined)).toEqual([]);
    expect(problemsOf({})).toEqual([]);
  });

  it('refuse what makes no sense, with what to do instead', () => {
    expect(problemsOf({ consecutiveFailures: 0 })[0]).toContain(
      'ejection.consecutiveFailures: Invalid value 0',
    );
    expect(problemsOf({ successRate: 80 })[0]).toContain('ejection.successRate: Invalid value 80');
    expect(problemsOf({ duration: '10m' })).toEqual([
      'ejection.duration: Longer than maxDuration. Use at most 300s, or raise maxDuration.',
    ]);
    expect(problemsOf({ consecutiveFailures: false, successRate: false })).toEqual([
      'ejection: Nothing would ever be ejected. Use false instead, or leave one of the two signals on.',
    ]);
    expect(problemsOf({ failures: 3 })[0]).toContain('Unknown option');
  });
});
