import { currentContext, runInContext } from '@rookery/common';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { memoryRegistry } from '../memory/memory-registry.js';
import { faultyRegistry } from '../testing/faulty-registry.js';
import { type RegistryEvent } from './registry-events.js';
import { ServiceRegistry } from './service-registry.js';

const users = { service: 'users', id: 'users-1', host: 'localhost', port: 80 };

function setUp() {
  const clock = new VirtualClock();
  const shared = memoryRegistry({ clock });
  const backend = faultyRegistry(shared);
  const random = seededRandom(1);
  const here = new ServiceRegistry({ backend, clock, random });
  const there = new ServiceRegistry({ backend: shared, clock, random });
  const ids = async (service = 'users') => (await here.discover(service)).map(({ id }) => id);
  const close = async () => {
    const closing = Promise.all([here.close(), there.close()]);
    await clock.advance(2_000);
    await closing;
    expect(clock.pending).toBe(0);
  };
  return { clock, shared, backend, here, there, ids, close };
}

describe('the service registry', () => {
  it('finds what this process has just registered, changed and deregistered', async () => {
    const { here, ids, close } = setUp();
    const registration = await here.register(users);
    expect(await ids()).toEqual(['users-1']);
    await here.register({ ...users, id: 'users-2' });
    expect(await ids()).toEqual(['users-1', 'users-2']);
    await registration.update({ weight: 5 });
    expect(await here.discover('users')).toMatchObject([{ weight: 5 }, { weight: 1 }]);
    await here.deregister('users', 'users-1');
    expect(await ids()).toEqual(['users-2']);
    await close();
  });

  it('names the services there are when one is not found', async () => {
    const { here, there, close } = setUp();
    await expect(here.discover('usres')).rejects.toThrow(
      'service usres not found. No service is registered. Is the registry the one that it registers with?',
    );
    await there.register(users);
    await there.register({ ...users, service: 'orders' });
    await expect(here.discover('usres')).rejects.toMatchObject({
      code: 'SERVICE_NOT_FOUND',
      status: 503,
      message: 'service usres not found. Registered services: orders, users.',
    });
    await close();
  });

  it('has an empty list, and no error, for a service whose last instance has left', async () => {
    const { there, ids, clock, close } = setUp();
    await there.register(users);
    expect(await ids()).toEqual(['users-1']);
    await there.deregister('users', 'users-1');
    await clock.advance(0);
    expect(await ids()).toEqual([]);
    await close();
  });

  it('never returns what has expired', async () => {
    const { shared, here, ids, clock, close } = setUp();
    const other = await here.register({ ...users, id: 'lives' });
    await shared.register({ ...other.instance, id: 'dies' }, 1_000, new AbortController().signal);
    await clock.advance(999);
    expect(await ids()).toEqual(['lives', 'dies']);
    await clock.advance(1);
    expect(await ids()).toEqual(['lives']);
    expect(await here.cleanup()).toBe(1);
    expect(await here.cleanup()).toBe(0);
    await close();
  });

  it('refuses to deregister what it has not registered, and to register an id twice', async () => {
    const { here, there, close } = setUp();
    await here.register(users);
    await there.register({ ...users, id: 'users-2' });
    await expect(here.deregister('users', 'users-2')).rejects.toMatchObject({
      code: 'INSTANCE_NOT_FOUND',
      message: expect.stringContaining(
        'instance users-2 of service users not found among those registered here (users-1)',
      ),
    });
    await expect(here.register(users)).rejects.toMatchObject({ code: 'DUPLICATE_INSTANCE' });
    await close();
  });

  it('answers from memory: asking often does not reach the backend', async () => {
    const { here, there, backend, ids, close } = setUp();
    await there.register(users);
    await ids();
    const before = { ...backend.calls };
    for (let call = 0; call < 100; call += 1) await ids();
    expect(backend.calls).toEqual(before);
    expect(here.snapshot('users')?.instances).toHaveLength(1);
    await close();
  });

  it('keeps the last list while the backend is down, and catches up afterwards', async () => {
    const { here, there, backend, clock, ids, close } = setUp();
    const events: RegistryEvent[] = [];
    here.onEvent((event) => events.push(event));
    await there.register(users);
    await ids();
    backend.fault = 'down';
    await there.register({ ...users, id: 'users-2' });
    await clock.advance(600_000);
    expect(await ids()).toContain('users-1');
    expect(here.status().watched).toMatchObject([{ service: 'users', stale: true }]);
    await there.register({ ...users, id: 'users-3' });
    await there.deregister('users', 'users-1');
    backend.fault = 'ok';
    await clock.advance(31_000);
    expect(await ids()).toEqual(['users-2', 'users-3']);
    expect(events.map(({ type }) => type)).toEqual(['watch-lost', 'watch-restored']);
    await close();
  });

  it('says that the registry is the problem when there is no list yet', async () => {
    const { backend, clock, here, there, ids, close } = setUp();
    backend.fault = 'down';
    await expect(ids()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE', status: 503, retryable: true });
    backend.fault = 'hung';
    const hung = expect(here.discover('users')).rejects.toThrow('took longer than 5000 ms');
    await clock.advance(5_000);
    await hung;
    backend.fault = 'ok';
    await there.register(users);
    expect(await ids()).toEqual(['users-1']);
    await close();
  });

  it('stops following a list that nobody has asked for in ten minutes', async () => {
    const { there, here, clock, ids, close } = setUp();
    await there.register(users);
    await ids();
    await clock.advance(9 * 60_000);
    expect(here.status().watched).toHaveLength(1);
    await clock.advance(3 * 60_000);
    expect(here.status().watched).toEqual([]);
    expect(await ids()).toEqual(['users-1']);
    await close();
  });

  it('shares one watch between all watchers and ends them when it is closed', async () => {
    const { here, backend, clock, close } = setUp();
    const leave = new AbortController();
    const read = async (signal?: AbortSignal) => {
      for await (const _ of here.watch('users', signal)) continue;
      return 'ended';
    };
    const [left, stayed] = [read(leave.signal), read()];
    await clock.advance(0);
    expect(backend.calls['watch']).toBe(1);
    leave.abort();
    expect(await left).toBe('ended');
    await close();
    expect(await stayed).toBe('ended');
  });

  it('does not carry the context of the request that asked first', async () => {
    const { here, backend, close } = setUp();
    const seen: unknown[] = [];
    const watch = backend.watch.bind(backend);
    backend.watch = (...args) => {
      seen.push(currentContext());
      return watch(...args);
    };
    await runInContext({ deadline: 1 }, () => here.discover('users')).catch(() => {});
    expect(seen).toEqual([{}]);
    await close();
  });

  it('says what it does, without asking anybody', async () => {
    const { here, there, close } = setUp();
    const registration = await here.register(users);
    await (await there.register({ ...users, id: 'users-2' })).update({ status: 'draining' });
    await here.discover('users');
    expect(here.status()).toMatchObject({
      registry: 'faulty memory',
      registrations: [
        { instance: registration.instance, state: 'registered', lastBeatAt: expect.any(Number) },
      ],
      watched: [{ service: 'users', up: 1, draining: 1, stale: false }],
      counters: {},
    });
    await close();
  });

  it('refuses work after it was closed', async () => {
    const { here, close } = setUp();
    await close();
    await expect(here.register(users)).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' });
    await expect(here.discover('users')).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' });
  });

  it('checks its options', () => {
    expect(() => new ServiceRegistry({ backend: {} as never, ttl: '1ms' })).toThrow(
      /ServiceRegistry: backend: Invalid value an object\. Use an object with the methods of RegistryBackend.* ttl: /,
    );
  });
});
