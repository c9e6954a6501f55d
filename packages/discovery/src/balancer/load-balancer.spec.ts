import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { memoryRegistry } from '../memory/memory-registry.js';
import { ServiceRegistry } from '../registry/service-registry.js';
import { faultyRegistry } from '../testing/faulty-registry.js';
import { LoadBalancer } from './load-balancer.js';
import { type StrategyChoice } from './load-balancer.options.js';

const users = { service: 'users', id: 'users-1', host: 'localhost', port: 80 };

function setUp(strategy?: StrategyChoice) {
  const clock = new VirtualClock();
  const random = seededRandom(3);
  const backend = faultyRegistry(memoryRegistry({ clock }));
  const registry = new ServiceRegistry({ backend, clock, random });
  const balancer = new LoadBalancer(registry, { clock, random, ...(strategy && { strategy }) });
  return { clock, backend, registry, balancer };
}

describe('the load balancer', () => {
  it('picks from the registry, and from memory after the first time', async () => {
    const { backend, registry, balancer } = setUp();
    await registry.register(users);
    expect((await balancer.pick('users')).instance.id).toBe('users-1');
    const before = { ...backend.calls };
    for (let call = 0; call < 50; call += 1) (await balancer.pick('users')).done('success');
    expect(backend.calls).toEqual(before);
    await registry.close();
  });

  it('says that there are no instances, for an unknown service and for one that all have left', async () => {
    const { clock, registry, balancer } = setUp();
    const none = {
      code: 'NO_INSTANCES',
      status: 503,
      retryable: true,
      message: 'no instances available for users',
    };
    await expect(balancer.pick('users')).rejects.toMatchObject(none);
    await registry.register(users);
    expect((await balancer.pick('users')).instance.id).toBe('users-1');
    await registry.deregister('users', 'users-1');
    await clock.advance(0);
    await expect(balancer.pick('users')).rejects.toMatchObject(none);
    await registry.close();
  });

  it('says why when the registry has never answered, and goes on when it stopped answering', async () => {
    const { clock, backend, registry, balancer } = setUp();
    await registry.register(users);
    backend.fault = 'down';
    await expect(balancer.pick('users')).rejects.toMatchObject({
      code: 'NO_INSTANCES',
      message: expect.stringContaining(
        'no instances available for users: the registry (faulty memory) cannot be read',
      ),
      cause: { code: 'REGISTRY_UNAVAILABLE' },
    });
    backend.fault = 'ok';
    await balancer.pick('users');
    backend.fault = 'down';
    await clock.advance(600_000);
    expect((await balancer.pick('users')).instance.id).toBe('users-1');
    await registry.close();
  });

  it('has a strategy for each service', async () => {
    const { registry, balancer } = setUp({ users: 'round-robin' });
    for (const id of ['a', 'b', 'c']) {
      await registry.register({ ...users, id });
      await registry.register({ ...users, id, service: 'orders' });
    }
    const picks = async (service: string) => {
      const ids: string[] = [];
      for (let call = 0; call < 30; call += 1) ids.push((await balancer.pick(service)).instance.id);
      return ids;
    };
    const inTurn = (ids: string[]) => ids.every((id, index) => index < 3 || id === ids[index - 3]);
    expect(inTurn(await picks('users'))).toBe(true);
    expect(inTurn(await picks('orders'))).toBe(false);
    await registry.close();
  });

  it('leaves out who fails, tells it once, and calls it again when it works', async () => {
    const { clock, registry, balancer } = setUp('round-robin');
    const events: string[] = [];
    const stop = balancer.onEvent((event) => {
      events.push(`${event.type} ${event.instance.id}`);
      throw new Error('a listener that fails');
    });
    for (const id of ['a', 'b', 'c']) await registry.register({ ...users, id });
    const calls = async (count: number, fails: string) => {
      const ids = new Set<string>();
      for (let call = 0; call < count; call += 1) {
        const { instance, done } = await balancer.pick('users');
        ids.add(instance.id);
        done(instance.id === fails ? 'failure' : 'success');
      }
      return [...ids].sort();
    };
    await calls(30, 'a');
    expect(await calls(30, 'a')).toEqual(['b', 'c']);
    expect(balancer.status()).toMatchObject([
      {
        service: 'users',
        strategy: 'round-robin',
        panicking: false,
        instances: [{ instance: { id: 'a' }, ejected: { reason: 'consecutive-failures' } }, {}, {}],
      },
    ]);
    await clock.advance(5_000);
    expect(await calls(30, '')).toEqual(['a', 'b', 'c']);
    expect(events).toEqual(['instance-ejected a', 'instance-restored a']);
    stop();
    await calls(30, 'a');
    expect(events).toHaveLength(2);
    await registry.close();
  });

  it('ejects nobody when that is switched off, for all or for one service', async () => {
    const { registry, clock } = setUp();
    for (const id of ['a', 'b', 'c']) await registry.register({ ...users, id });
    const off = new LoadBalancer(registry, { clock, ejection: false });
    const offForUsers = new LoadBalancer(registry, { clock, services: { users: { ejection: false } } });
    const own = new LoadBalancer(registry, {
      clock,
      ejection: false,
      services: { users: { ejection: { consecutiveFailures: 2 } } },
    });
    const ejectedBy = async (balancer: LoadBalancer) => {
      for (let call = 0; call < 60; call += 1) (await balancer.pick('users')).done('failure');
      return balancer.status()[0]?.instances.filter(({ ejected }) => ejected).length;
    };
    expect([await ejectedBy(off), await ejectedBy(offForUsers), await ejectedBy(own)]).toEqual([0, 0, 1]);
    await registry.close();
  });

  it('follows what is said of a single service', async () => {
    const { registry, clock } = setUp();
    for (const [id, version, zone] of [
      ['a', '1.0.0', 'east'],
      ['b', '2.0.0', 'east'],
      ['c', '2.0.0', 'west'],
    ] as const)
      for (const service of ['users', 'orders'])
        await registry.register({ ...users, service, id, version, zone });
    const balancer = new LoadBalancer(registry, {
      clock,
      zone: 'west',
      zonePreference: { minInstances: 1 },
      services: {
        users: { strategy: 'round-robin', route: { version: '2' }, zonePreference: false },
        orders: { subset: 1, slowStart: { window: '10s' } },
      },
    });
    const idsOf = async (service: string) => {
      const ids = new Set<string>();
      for (let call = 0; call < 40; call += 1) ids.add((await balancer.pick(service)).instance.id);
      return [...ids].sort();
    };
    expect(await idsOf('users')).toEqual(['b', 'c']);
    expect(await idsOf('orders')).toHaveLength(1);
    expect(balancer.status().map(({ strategy }) => strategy)).toEqual(['round-robin', 'p2c']);
    await registry.close();
  });

  it('refuses options that make no sense', async () => {
    const { registry } = setUp();
    const problem = (options: object) => {
      try {
        return new LoadBalancer(registry, options).status().length;
      } catch (error) {
        return String(error);
      }
    };
    expect(problem({ strategy: 'best' })).toContain('strategy: Invalid value "best"');
    expect(problem({ services: { users: { strategy: 'best' } } })).toContain('services.users.strategy');
    expect(problem({ subset: 0 })).toContain('subset: Invalid value 0');
    expect(problem({ slowStart: {} })).toContain('slowStart.window: Missing');
    expect(problem({ slowStart: true })).toContain('slowStart: Invalid value true. Use an object, or false.');
    expect(problem({ ejection: true })).toContain('ejection: Invalid value true. Use an object, or false.');
    expect(problem({ zonePreference: true })).toContain(
      'zonePreference: The own zone is not known. Give it as zonePreference.zone, or as advertise.zone.',
    );
    expect(problem({ services: { users: { zonePreference: { minInstances: 2 } } } })).toContain(
      'services.users.zonePreference: The own zone is not known.',
    );
    for (const fine of [
      { zonePreference: false },
      { zonePreference: { zone: 'a' } },
      { zone: 'a', zonePreference: true },
      { services: { users: { zonePreference: { zone: 'a' } } } },
    ])
      expect(problem(fine)).toBe(0);
    await registry.close();
  });

  it('is not misled by a service that is called like something every object has', async () => {
    const { registry, balancer } = setUp({ users: 'random' });
    await registry.register({ ...users, service: 'constructor' });
    expect((await balancer.pick('constructor')).instance.service).toBe('constructor');
    await registry.close();
  });
});
