import { jest } from '@jest/globals';
import { Global, type INestApplication, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Readiness } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  type AdvertiseOptions,
  CONTROL_SERVICE,
  DiscoveryModule,
  type DiscoveryModuleOptions,
  type InstanceStatus,
  LoadBalancer,
  memoryRegistry,
  type Registration,
  requestStatus,
  type ServiceInstance,
  ServiceRegistry,
} from '../src/index.js';
import { eventually, faultyRegistry, type FaultyRegistry } from '../src/testing/index.js';

const soon = <T>(look: () => T | Promise<T>) =>
  eventually((ms) => new Promise((done) => setTimeout(done, ms)), look);
const { signal } = new AbortController();

/** A readiness that a test turns on and off. */
class Switch extends Readiness {
  readonly listeners = new Set<(ready: boolean) => void>();
  override ready = true;

  override onChange(listener: (ready: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  turn(ready: boolean): void {
    this.ready = ready;
    for (const listener of this.listeners) listener(ready);
  }
}

describe('an app that an operator drains', () => {
  const apps: INestApplication[] = [];
  const logged: string[] = [];
  const log = (line: unknown) => void logged.push(String(line));
  const logger = { log, warn: log, error: log };
  let registry: FaultyRegistry;
  let readiness: Switch;

  beforeEach(() => {
    registry = faultyRegistry(memoryRegistry());
    readiness = new Switch();
    logged.length = 0;
  });
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

  const boot = async (advertise: AdvertiseOptions | false, more: DiscoveryModuleOptions = {}) => {
    @Global()
    @Module({ providers: [{ provide: Readiness, useValue: readiness }], exports: [Readiness] })
    class Ready {}
    const discovery = DiscoveryModule.forRoot({ registry, service: 'users', advertise, ...more });
    const module = await Test.createTestingModule({ imports: [discovery, Ready] }).compile();
    const app = module.createNestApplication({ logger });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    return app;
  };
  const listed = async (service = 'users') => (await registry.list(service, signal)).instances;
  const statuses = async () => (await listed()).map(({ status }) => status);
  const one = () =>
    soon(async () => {
      const [instance] = await listed();
      if (!instance) throw new Error('Nobody is registered yet.');
      return instance;
    });
  const ask = async (status: InstanceStatus, target?: ServiceInstance) =>
    requestStatus(registry, target ?? (await one()), { status, by: 'jo@desk' });

  it('is answered for only when it is registered, though requests are found before', async () => {
    const app = await boot({});
    const target = await one();
    const self = app.get(ServiceRegistry).self;
    // As after a lease that was lost: a change is kept for later, and nobody has it.
    Object.defineProperty(self, 'state', { value: { kind: 'lost' }, configurable: true });
    const update = jest.spyOn(self as Registration, 'update');
    const answer = ask('draining', target);
    // One that had answered would not try again.
    await soon(() => expect(update.mock.calls.length).toBeGreaterThan(1));
    expect((await listed(CONTROL_SERVICE)).filter(({ id }) => id.startsWith('answer-'))).toEqual([]);
    Reflect.deleteProperty(self as object, 'state');
    expect(await answer).toBe('draining');
  });

  it('is marked, says who asked, and is up again when that is undone', async () => {
    await boot({});
    const { id } = await one();
    expect(await ask('draining')).toBe('draining');
    expect(await statuses()).toEqual(['draining']);
    expect(logged).toContain(
      `users (${id}) drains: it goes on serving, and gets no new calls as long as others are up. Asked for by "jo@desk".`,
    );
    expect(await ask('up')).toBe('up');
    expect(await statuses()).toEqual(['up']);
    expect(logged).toContain(`users (${id}) no longer drains. Asked for by "jo@desk".`);
  });

  it('gets no calls as long as another is up, and gets them again afterwards', async () => {
    await boot({});
    const self = await one();
    const { id } = self;
    const others = new ServiceRegistry({ backend: registry });
    const balancer = new LoadBalancer(others, { strategy: 'round-robin' });
    const called = async () => {
      const picks = [await balancer.pick('users'), await balancer.pick('users')];
      return picks.map(({ instance }) => instance.id).sort();
    };
    await others.register({ service: 'users', id: 'stays', host: '127.0.0.1', port: 1 });
    await soon(async () => expect(await called()).toEqual(['stays', id].sort()));
    await ask('draining', self);
    await soon(async () => expect(await called()).toEqual(['stays', 'stays']));
    await ask('up', self);
    await soon(async () => expect(await called()).toEqual(['stays', id].sort()));
    await others.close();
  });

  it('stays so however its readiness changes', async () => {
    await boot({ followReadiness: 'always' });
    await ask('draining');
    readiness.turn(false);
    readiness.turn(true);
    expect(await ask('draining')).toBe('draining');
    expect(await statuses()).toEqual(['draining']);
    expect(await ask('up')).toBe('up');
  });

  it('is up again only when it is ready as well', async () => {
    await boot({ followReadiness: 'always' });
    await ask('draining');
    readiness.turn(false);
    expect(await ask('up')).toBe('draining');
    expect(logged.at(-1)).toContain('no longer drains, and is up again as soon as it is ready.');
    readiness.turn(true);
    await soon(async () => expect(await statuses()).toEqual(['up']));
  });

  it('stays so when its registration was lost and is back', async () => {
    const clock = new VirtualClock();
    registry = faultyRegistry(memoryRegistry({ clock }));
    const app = await boot({}, { clock });
    await ask('draining');
    registry.fault = 'down';
    await clock.advance(60_000);
    registry.fault = 'ok';
    await clock.advance(60_000);
    expect(await statuses()).toEqual(['draining']);
    expect(logged.filter((line) => line.includes('is not registered'))).toHaveLength(1);
    expect(logged.filter((line) => line.includes(CONTROL_SERVICE))).toEqual([]);
    const closing = app.close();
    await clock.advance(1);
    await closing;
  });

  it('hears of it whatever instances it believes in', async () => {
    await boot({}, { admit: { allow: ['10.0.0.0/8'], special: [] } });
    expect(await ask('draining')).toBe('draining');
  });

  it('says once what it does not follow', async () => {
    await boot({});
    const target = await one();
    const words = {
      kind: 'request',
      service: 'users',
      instance: target.id,
      startedAt: `${target.startedAt}`,
    };
    for (const id of ['a', 'b']) {
      const bad = { ...words, status: 'gone\nERROR', by: 'jo' };
      await registry.register(
        { ...target, service: CONTROL_SERVICE, version: '1', id, metadata: bad },
        60_000,
        signal,
      );
    }
    await ask('draining');
    const refusals = logged.filter((line) => line.includes('is not followed'));
    expect(refusals).toEqual([
      `A request in ${CONTROL_SERVICE} is not followed: metadata.status: Invalid value "gone\\nERROR". Use 'up' or 'draining'. Further ones are passed over without a word.`,
    ]);
  });

  it('follows no more when it leaves, and leaves no watch behind', async () => {
    const app = await boot({});
    const target = await one();
    await soon(() => expect(registry.calls['watch']).toBe(1));
    await app.close();
    const asking = requestStatus(registry, target, { status: 'draining', by: 'jo', timeout: '100ms' });
    await expect(asking).rejects.toMatchObject({ code: 'UNANSWERED_REQUEST' });
    expect(await listed(CONTROL_SERVICE)).toEqual([]);
    // The one of the request; that of the app has ended.
    expect(registry.calls['watch']).toBe(2);
  });

  it('follows no more when it is deregistered by hand', async () => {
    const app = await boot({});
    const target = await one();
    await ask('up');
    await app.get(ServiceRegistry).deregister('users', target.id);
    const asking = requestStatus(registry, target, { status: 'draining', by: 'jo', timeout: '100ms' });
    await expect(asking).rejects.toMatchObject({ code: 'UNANSWERED_REQUEST' });
  });

  it.each<[string, AdvertiseOptions | false]>([
    ['is not drainable', { drainable: false }],
    ['is not registered', false],
  ])('watches nothing when it %s', async (_why, advertise) => {
    const app = await boot(advertise);
    if (advertise) await one();
    await app.get(ServiceRegistry).services();
    expect(registry.calls['watch']).toBeUndefined();
  });

  it('shows in no report of its registry that it listens to operators', async () => {
    const app = await boot({});
    await ask('draining');
    const own = app.get(ServiceRegistry);
    expect(own.status().watched).toEqual([]);
    expect(own.status().registrations).toHaveLength(1);
    await registry.register({ ...(await one()), service: CONTROL_SERVICE, id: 'left' }, 60_000, signal);
    expect(await own.services()).toEqual(['users']);
  });

  it.each<[DiscoveryModuleOptions, string]>([
    [{ service: CONTROL_SERVICE }, '"rookery.control" is kept for requests to instances. Use another name.'],
    [
      { advertise: { drainable: 'no' as never } },
      'advertise.drainable: Invalid value "no". Use true or false.',
    ],
  ])('does not boot with %p', async (options, message) => {
    await expect(boot({}, options)).rejects.toThrow(message);
  });
});
