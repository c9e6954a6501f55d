import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { memoryRegistry } from '../memory/memory-registry.js';
import { faultyRegistry } from '../testing/faulty-registry.js';
import { type RegistryEvent } from './registry-events.js';
import { ServiceRegistry } from './service-registry.js';

const users = { service: 'users', id: 'users-1', host: 'localhost', port: 80 };
const TEN_MINUTES = 600_000;

function setUp(seed = 1) {
  const clock = new VirtualClock();
  const shared = memoryRegistry({ clock });
  const backend = faultyRegistry(shared);
  const registry = new ServiceRegistry({ backend, clock, random: seededRandom(seed) });
  const events: RegistryEvent[] = [];
  registry.onEvent((event) => events.push(event));
  const listed = async () => {
    const { instances } = await shared.list('users', new AbortController().signal);
    return instances.map(({ id, status }) => `${id} ${status}`);
  };
  return { clock, shared, backend, registry, listed, types: () => events.map(({ type }) => type) };
}

describe('a registration', () => {
  it('beats three times in its time to live, a little early, and so never expires', async () => {
    const { clock, registry, backend, listed } = setUp();
    await registry.register(users);
    for (let second = 0; second < 300; second += 1) {
      await clock.advance(1_000);
      expect(await listed()).toEqual(['users-1 up']);
    }
    expect(backend.calls['renew']).toBeGreaterThanOrEqual(30);
    expect(backend.calls['renew']).toBeLessThanOrEqual(38);
    await registry.close();
    expect(clock.pending).toBe(0);
  });

  it('survives one failed beat and one that hangs without being lost', async () => {
    const { clock, registry, backend, types } = setUp();
    await registry.register(users);
    backend.fault = 'hung';
    await clock.advance(15_000);
    backend.fault = 'ok';
    await clock.advance(15_000);
    expect(types()).toEqual(['registered']);
    expect(registry.status().registrations).toMatchObject([{ state: 'registered' }]);
    await registry.close();
  });

  it.each(['down', 'hung'] as const)(
    'comes back by itself after ten minutes of a registry that is %s, and says so once',
    async (fault) => {
      const { clock, registry, backend, listed, types } = setUp();
      await registry.register(users);
      backend.fault = fault;
      await clock.advance(TEN_MINUTES);
      expect(types()).toEqual(['registered', 'registration-lost']);
      expect(await listed()).toEqual([]);
      const tries = backend.calls['renew'] ?? 0;
      backend.fault = 'ok';
      await clock.advance(31_000);
      expect(await listed()).toEqual(['users-1 up']);
      expect(types()).toEqual(['registered', 'registration-lost', 'registration-restored']);
      expect(tries).toBeGreaterThan(20);
      expect(tries).toBeLessThan(200);
      await registry.close();
    },
  );

  it('waits for a registry that is down when the app starts', async () => {
    const { clock, registry, backend, listed, types } = setUp();
    backend.fault = 'down';
    const registered = registry.register(users);
    await clock.advance(TEN_MINUTES);
    expect(types()).toEqual(['registration-lost']);
    backend.fault = 'ok';
    await clock.advance(31_000);
    expect((await registered).instance.id).toBe('users-1');
    expect(await listed()).toEqual(['users-1 up']);
    await registry.close();
  });

  it('steps back for a newer owner of its id, and returns when that one is gone', async () => {
    const { clock, shared, registry, listed, types } = setUp();
    const { instance } = await registry.register(users);
    const { signal } = new AbortController();
    const newer = await shared.register({ ...instance, port: 81 }, TEN_MINUTES, signal);
    await clock.advance(120_000);
    expect(types()).toEqual(['registered', 'registration-lost']);
    const { instances } = await shared.list('users', signal);
    expect(instances).toMatchObject([{ port: 81 }]);
    await newer.release(signal);
    await clock.advance(31_000);
    expect(await listed()).toEqual(['users-1 up']);
    await registry.close();
  });

  it('keeps a change that the registry could not be told, and tells it later', async () => {
    const { clock, shared, registry, backend } = setUp();
    const registration = await registry.register(users);
    backend.fault = 'down';
    await expect(registration.update({ metadata: { build: '7' } })).rejects.toThrow('down');
    backend.fault = 'ok';
    await clock.advance(10_000);
    const { instances } = await shared.list('users', new AbortController().signal);
    expect(instances).toMatchObject([{ metadata: { build: '7' } }]);
    await registry.close();
  });

  it('is marked as draining before it is gone', async () => {
    const { registry, backend } = setUp();
    const steps: string[] = [];
    const register = backend.register.bind(backend);
    backend.register = async (...args) => {
      const lease = await register(...args);
      return {
        renew: (signal) => lease.renew(signal),
        update: (instance, signal) =>
          lease.update(instance, signal).then(() => void steps.push(instance.status)),
        release: (signal) => lease.release(signal).then(() => void steps.push('released')),
      };
    };
    await registry.register(users);
    await registry.deregister('users', 'users-1');
    expect(steps).toEqual(['draining', 'released']);
    await registry.close();
  });

  it.each(['down', 'hung'] as const)('leaves in bounded time when the registry is %s', async (fault) => {
    const { clock, registry, backend } = setUp();
    await registry.register(users);
    await registry.discover('users');
    backend.fault = fault;
    let left = false;
    void registry.deregister('users', 'users-1').then(() => (left = true));
    await clock.advance(2_000);
    expect(left).toBe(true);
    const closing = registry.close();
    await clock.advance(5_000);
    await closing;
    expect(clock.pending).toBe(0);
  });

  it('leaves nothing behind when it is deregistered before the registry has answered', async () => {
    const { clock, registry, backend, listed } = setUp();
    backend.fault = 'down';
    const registered = registry.register(users);
    await clock.advance(1_000);
    const deregistered = registry.deregister('users', 'users-1');
    backend.fault = 'ok';
    await expect(registered).rejects.toThrow('deregistered before it was registered');
    await deregistered;
    await clock.advance(60_000);
    expect(await listed()).toEqual([]);
    await registry.close();
    expect(clock.pending).toBe(0);
  });

  describe('in a registry that answers late', () => {
    async function late() {
      const { shared, backend, registry, ...rest } = setUp();
      const calls: { what: string; answer: () => void }[] = [];
      const waiting = (what: string, work: () => Promise<void>) =>
        new Promise<void>((resolve, reject) =>
          calls.push({ what, answer: () => void work().then(resolve, reject) }),
        );
      backend.register = async (...args) => {
        const lease = await shared.register(...args);
        return {
          renew: (signal) => waiting('renew', () => lease.renew(signal)),
          update: (instance, signal) => waiting(instance.status, () => lease.update(instance, signal)),
          release: (signal) => lease.release(signal),
        };
      };
      const self = await registry.register(users);
      const answer = async () => {
        calls.at(-1)?.answer();
        await rest.clock.advance(0);
      };
      const end = async () => {
        const closing = registry.close();
        await rest.clock.advance(2_000);
        await closing;
        expect(rest.clock.pending).toBe(0);
      };
      return { ...rest, self, calls, answer, end, said: () => calls.map(({ what }) => what) };
    }

    it('is changed by one call at a time, and the newest wish wins', async () => {
      const { self, answer, said, listed, clock, end } = await late();
      const first = self.update({ status: 'draining' });
      await clock.advance(0);
      const others = [self.update({ status: 'up' }), self.update({ weight: 2 })];
      await clock.advance(0);
      expect(said()).toEqual(['draining']);
      await answer();
      await first;
      expect(said()).toEqual(['draining', 'up']);
      await answer();
      await Promise.all(others);
      expect(said()).toEqual(['draining', 'up']);
      expect(await listed()).toEqual(['users-1 up']);
      await end();
    });

    it('is not changed while a beat is under way', async () => {
      const { self, answer, said, listed, clock, end } = await late();
      await clock.advance(10_000);
      const update = self.update({ status: 'draining' });
      await clock.advance(0);
      expect(said()).toEqual(['renew']);
      await answer();
      expect(said()).toEqual(['renew', 'draining']);
      await answer();
      await update;
      expect(await listed()).toEqual(['users-1 draining']);
      await end();
    });
  });

  describe('that other processes read', () => {
    const far = async () => {
      const { shared, clock, listed } = setUp();
      const backend = Object.assign(shared, { reach: 'network' as const });
      const registry = new ServiceRegistry({ backend, clock, random: seededRandom(1) });
      await registry.register(users);
      return { clock, registry, listed };
    };

    it('stays listed as draining for a quarter of a second before it is gone', async () => {
      const { clock, registry, listed } = await far();
      const gone = registry.deregister('users', 'users-1');
      await clock.advance(249);
      expect(await listed()).toEqual(['users-1 draining']);
      await clock.advance(1);
      await gone;
      expect(await listed()).toEqual([]);
      await registry.close();
      expect(clock.pending).toBe(0);
    });

    it('stays no longer when it was draining for some time', async () => {
      const { clock, registry, listed } = await far();
      const self = await registry.register({ ...users, id: 'users-2' });
      await self.update({ status: 'draining' });
      await clock.advance(200);
      const gone = registry.deregister('users', 'users-2');
      await clock.advance(50);
      await gone;
      expect(await listed()).toEqual(['users-1 up']);
      const closing = registry.close();
      await clock.advance(250);
      await closing;
    });
  });
});
