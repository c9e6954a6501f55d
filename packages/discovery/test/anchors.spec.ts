import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import {
  DiscoveryModule,
  leaseFileRegistry,
  LoadBalancer,
  type LoadBalanceStrategy,
  memoryRegistry,
  type RegistryBackend,
  type RegistryEvent,
  ServiceRegistry,
  type Snapshot,
} from '@rookery/discovery';
import { eventually, faultyRegistry, recordWatch, sampleInstance } from '@rookery/discovery/testing';

// What other libraries for discovery and balancing got wrong, as far as it takes more than one part to get it right.
// docs/discovery/tested-against.md has the whole list, with the tests elsewhere.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { signal } = new AbortController();

/** A clock whose wall time can be set, and whose timers come late when the process is stopped. */
class RoughClock extends VirtualClock {
  #step = 0;
  #stopped = 0;

  override now(): number {
    return super.now() + this.#step + this.#stopped;
  }

  override monotonic(): number {
    return super.monotonic() + this.#stopped;
  }

  set(ms: number): void {
    this.#step += ms;
  }

  stop(ms: number): void {
    this.#stopped += ms;
  }
}

function setUp(strategy: LoadBalanceStrategy = 'p2c') {
  const clock = new RoughClock();
  const shared = memoryRegistry({ clock });
  const backend = faultyRegistry(shared);
  const random = seededRandom(11);
  const registry = new ServiceRegistry({ backend, clock, random });
  // Nobody listens at the addresses of these instances: what calls tell is all there is.
  const ejection = { signOfLife: false };
  const balancer = new LoadBalancer(registry, { clock, random, strategy, ejection });
  const events: string[] = [];
  const note = ({
    type,
  }: {
    readonly type: RegistryEvent['type'] | 'instance-ejected' | 'instance-restored';
  }) => void events.push(type);
  registry.onEvent(note);
  balancer.onEvent(note);
  const list = async (...ids: string[]) => {
    for (const id of ids) await shared.register(sampleInstance({ id }), 100 * HOUR, signal);
  };
  const close = async () => {
    const closing = registry.close();
    await clock.advance(10_000);
    await closing;
  };
  return { clock, shared, backend, registry, balancer, events, list, close };
}

describe('a registration', () => {
  it('beats no faster after ten outages than before the first', async () => {
    const { clock, registry, backend, close } = setUp();
    await registry.register({ service: 'users', host: 'localhost', port: 80 });
    const beatsIn = async (ms: number) => {
      const before = backend.calls['renew'] ?? 0;
      await clock.advance(ms);
      return (backend.calls['renew'] ?? 0) - before;
    };
    const atFirst = await beatsIn(10 * MINUTE);
    for (let outage = 0; outage < 10; outage += 1) {
      backend.fault = outage % 2 === 0 ? 'down' : 'hung';
      await clock.advance(2 * MINUTE);
      backend.fault = 'ok';
      await clock.advance(MINUTE);
    }
    expect(Math.abs((await beatsIn(10 * MINUTE)) - atFirst)).toBeLessThanOrEqual(4);
    await close();
  });

  it.each([2 * HOUR, -2 * HOUR])(
    'and what is known of others stay as they are when the clock is set by %p ms',
    async (step) => {
      const { clock, registry, balancer, events, list, close } = setUp('round-robin');
      await list('bad', 'good-1', 'good-2');
      await registry.register({ service: 'users', id: 'self', host: 'localhost', port: 80 });
      const call = async () => {
        const { instance, done } = await balancer.pick('users');
        done(instance.id === 'bad' ? 'failure' : 'success');
        return instance.id;
      };
      while (!events.includes('instance-ejected')) await call();
      clock.set(step);
      // The first ejection lasts for five seconds at most, and for two and a half at least.
      await clock.advance(2_400);
      for (let calls = 0; calls < 50; calls += 1) expect(await call()).not.toBe('bad');
      await clock.advance(2_600);
      expect(await Promise.all([call(), call(), call(), call()])).toContain('bad');
      await clock.advance(10 * MINUTE);
      expect(registry.status().registrations).toMatchObject([{ state: 'registered' }]);
      expect((await registry.discover('users')).map(({ id }) => id)).toEqual([
        'bad',
        'good-1',
        'good-2',
        'self',
      ]);
      expect(events).toEqual(['registered', 'instance-ejected']);
      await close();
    },
  );
});

describe('a caller that was stopped for a minute', () => {
  it('still knows everybody whose lease lasts half as long', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rookery-stopped-'));
    const [clock, owners] = [new RoughClock(), new VirtualClock()];
    const theirs = leaseFileRegistry({ directory, clock: owners });
    const own = leaseFileRegistry({ directory, clock });
    // After each step the files get the time that it takes to read them all.
    const elapse = async (ms: number) => {
      await clock.advance(ms);
      await own.services(signal);
    };
    const soon = (look: () => void) => eventually(elapse, look, 250);
    for (const id of ['a', 'b']) await theirs.register(sampleInstance({ id }), 30_000, signal);
    const watch = recordWatch(own, 'users');
    await soon(() => expect(watch.ids()).toEqual(['a', 'b']));
    // Everything on the host stands still, as when a laptop is closed; so nobody has beaten in the meantime.
    clock.stop(MINUTE);
    await owners.advance(MINUTE);
    await theirs.register(sampleInstance({ id: 'c' }), 30_000, signal);
    await soon(() => expect(watch.ids()).toContain('c'));
    const lists = watch.snapshots.map(({ instances }) => instances.map(({ id }) => id));
    for (const list of lists.slice(1)) expect(list).toEqual(expect.arrayContaining(['a', 'b']));
    // Nobody beats afterwards, so all of them are believed once more and not for ever.
    await soon(() => expect(watch.ids()).toEqual([]));
    await watch.stop();
    await rm(directory, { recursive: true, force: true });
  });
});

describe('two thousand watchers of one service', () => {
  const WATCHERS = 2_000;

  it('cost the registry one watch, and each of them reads the last list, not all before it', async () => {
    const { clock, registry, backend, list, close } = setUp();
    const leave = new AbortController();
    const read = Array.from({ length: WATCHERS }, (): string[] => []);
    const reading = read.map(async (lists, watcher) => {
      // Every other one leaves by its signal, the rest stay until the registry is closed.
      const end = watcher % 2 === 0 ? leave.signal : undefined;
      for await (const { instances } of registry.watch('users', end)) lists.push(`${instances.length}`);
    });
    await clock.advance(0);
    expect(backend.calls).toMatchObject({ watch: 1 });
    for (let at = 0; at < 100; at += 1) await list(`i${at}`);
    await clock.advance(0);
    for (const lists of read) {
      expect(lists.at(-1)).toBe('100');
      expect(lists.length).toBeLessThan(100);
    }
    leave.abort();
    await Promise.all(reading.filter((_, watcher) => watcher % 2 === 0));
    await list('later');
    await clock.advance(0);
    expect(new Set(read.map((lists) => lists.at(-1)))).toEqual(new Set(['100', '101']));
    expect(backend.calls).toMatchObject({ watch: 1 });
    await close();
    await Promise.all(reading);
  });

  it('are served by one reading when all come at the same moment', async () => {
    const { registry, balancer, backend, list, close } = setUp();
    await list('a', 'b');
    const picks = Array.from({ length: WATCHERS }, () => balancer.pick('users'));
    const finds = Array.from({ length: WATCHERS }, () => registry.discover('users'));
    await Promise.all([...picks, ...finds]);
    expect(backend.calls).toMatchObject({ list: 1, watch: 1 });
    await close();
  });
});

describe('names that nobody has', () => {
  it('leave nothing behind, however many are asked for', async () => {
    const { clock, registry, balancer, close } = setUp();
    for (let name = 0; name < 500; name += 1)
      await expect(balancer.pick(`no-${name}`)).rejects.toMatchObject({ code: 'NO_INSTANCES' });
    expect(balancer.status()).toEqual([]);
    await clock.advance(12 * MINUTE);
    expect(registry.status().watched).toEqual([]);
    await close();
  });

  it('leave no directories behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rookery-names-'));
    const [registry, other] = [1, 2].map(
      () => new ServiceRegistry({ backend: leaseFileRegistry({ directory }) }),
    ) as [ServiceRegistry, ServiceRegistry];
    await other.register({ service: 'users', host: 'localhost', port: 80 });
    for (let name = 0; name < 20; name += 1)
      await expect(registry.discover(`no-${name}`)).rejects.toMatchObject({ code: 'SERVICE_NOT_FOUND' });
    expect(await registry.discover('users')).toHaveLength(1);
    await registry.close();
    const folders = await readdir(join(directory, 'default'));
    expect(folders.filter((name) => name !== '.writing')).toHaveLength(1);
    await other.close();
    await rm(directory, { recursive: true, force: true });
  });
});

describe('a list', () => {
  it('changes for those who ask all the time, too', async () => {
    const { clock, registry, list, close } = setUp();
    await list('a');
    for (let second = 0; second < 3_600; second += 1) {
      expect(await registry.discover('users')).toHaveLength(1);
      await clock.advance(1_000);
    }
    await list('b');
    await clock.advance(0);
    expect(await registry.discover('users')).toHaveLength(2);
    await close();
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'users'],
    ['no instances', { revision: 9 }],
    ['instances that are no list', { revision: 9, instances: { length: 1 } }],
    ['a revision that is no number', { revision: Number.NaN, instances: null }],
  ])('stays as it was when a registry answers with %s, and is told once', async (_kind, garbage) => {
    const { clock, shared, backend, registry, events, list, close } = setUp();
    await list('a');
    await registry.discover('users');
    let spoilt = true;
    const watch = backend.watch.bind(backend);
    backend.watch = async function* (service, end) {
      yield* spoilt ? [garbage as Snapshot] : watch(service, end);
    };
    // The watch that runs ends with the outage; the next ones get garbage.
    backend.fault = 'down';
    await list('b');
    await clock.advance(1_000);
    backend.fault = 'ok';
    await clock.advance(MINUTE);
    expect((await registry.discover('users')).map(({ id }) => id)).toContain('a');
    expect(events).toEqual(['watch-lost']);
    spoilt = false;
    await shared.register(sampleInstance({ id: 'c' }), HOUR, signal);
    await clock.advance(31_000);
    expect((await registry.discover('users')).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(events).toEqual(['watch-lost', 'watch-restored']);
    await close();
  });
});

describe('an app whose registry does not answer', () => {
  it.each(['down', 'hung'] as const)('boots, serves, and stops all the same: %s', async (fault) => {
    const registry: RegistryBackend = Object.assign(faultyRegistry(memoryRegistry()), { fault });
    const clock = new VirtualClock();
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule.forRoot({ registry, service: 'users', clock })],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    const server = await app.listen(0, '127.0.0.1');
    const { port } = server.address() as { port: number };
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect(app.get(ServiceRegistry).status().registrations).toMatchObject([{ state: 'registering' }]);
    const closing = app.close();
    await clock.advance(30_000);
    await closing;
  });
});

describe('calls that start at the same moment', () => {
  it.each([
    ['round-robin', 10],
    ['least-connections', 10],
    // Never more than twice its share goes to one, and usually a call or two.
    ['p2c', 20],
  ] as const)('do not all go to one instance under %s', async (strategy, most) => {
    const { balancer, list, close } = setUp(strategy);
    await list('a', 'b', 'c');
    const warm = await Promise.all(Array.from({ length: 3 }, () => balancer.pick('users')));
    for (const { done } of warm) done('success');
    const picks = await Promise.all(Array.from({ length: 30 }, () => balancer.pick('users')));
    for (const id of ['a', 'b', 'c']) {
      const count = picks.filter(({ instance }) => instance.id === id).length;
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(most);
    }
    for (const { done } of picks) done('success');
    await close();
  });
});
