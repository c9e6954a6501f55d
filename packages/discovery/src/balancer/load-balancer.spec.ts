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

  it('is not misled by a service that is called like something every object has', async () => {
    const { registry, balancer } = setUp({ users: 'random' });
    await registry.register({ ...users, service: 'constructor' });
    expect((await balancer.pick('constructor')).instance.service).toBe('constructor');
    await registry.close();
  });
});
