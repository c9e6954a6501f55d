import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { memoryRegistry } from '../memory/memory-registry.js';
import { type Reach } from '../registry/registry-backend.js';
import { ServiceRegistry } from '../registry/service-registry.js';
import { staticRegistry } from '../static/static-registry.js';
import { faultyRegistry } from '../testing/faulty-registry.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { recordWatch } from '../testing/watch-recorder.js';
import { choose } from './choose.js';
import { compositeRegistry } from './composite-registry.js';

const { signal } = new AbortController();
const TTL = 1_000_000;
const at = (id: string, service = 'users') => sampleInstance({ id, service });
const settled = () => new Promise(setImmediate);

function setUp() {
  const clock = new VirtualClock();
  const [first, second] = [memoryRegistry({ clock }), memoryRegistry({ clock })].map(faultyRegistry);
  if (!first || !second) throw new Error('two were made');
  const composite = compositeRegistry([first, second], { clock, random: seededRandom(1) });
  const ids = async (service = 'users') =>
    (await composite.list(service, signal)).instances.map(({ id }) => id);
  return { clock, first, second, composite, ids };
}

describe('several registries as one', () => {
  it('find a service in the first that has an instance of it, whole', async () => {
    const { first, second, ids } = setUp();
    await second.register(at('b'), TTL, signal);
    await second.register(at('o', 'orders'), TTL, signal);
    expect(await ids()).toEqual(['b']);
    const lease = await first.register(at('a'), TTL, signal);
    expect(await ids()).toEqual(['a']);
    expect(await ids('orders')).toEqual(['o']);
    expect(await ids('nobody')).toEqual([]);
    await lease.release(signal);
    expect(await ids()).toEqual(['b']);
  });

  it('register in the first that takes registrations, and only there', async () => {
    const near = memoryRegistry();
    const listed = staticRegistry({ services: { users: ['http://a:1'] } });
    const composite = compositeRegistry([listed, near, memoryRegistry()]);
    expect(composite).toMatchObject({
      readOnly: false,
      reach: 'process',
      description: 'a fixed list, then memory, then memory',
    });
    await composite.register(at('o', 'orders'), TTL, signal);
    expect((await near.list('orders', signal)).instances).toHaveLength(1);
    expect([...(await composite.services(signal))].sort()).toEqual(['orders', 'users']);
    const readOnly = compositeRegistry([
      listed,
      staticRegistry({ services: { users: ['http://10.0.0.2:1'] } }),
    ]);
    expect(readOnly.readOnly).toBe(true);
    await expect(readOnly.register(at('x'), TTL, signal)).rejects.toMatchObject({
      code: 'READ_ONLY_REGISTRY',
    });
  });

  it('reach as far as the one that registers, or when none does as the farthest', () => {
    const reaching = (reach: Reach, readOnly = false) => Object.assign(memoryRegistry(), { reach, readOnly });
    expect(compositeRegistry([reaching('network', true), reaching('host')]).reach).toBe('host');
    expect(compositeRegistry([reaching('host'), reaching('network')]).reach).toBe('host');
    expect(compositeRegistry([reaching('network', true), reaching('host', true)]).reach).toBe('network');
  });

  it.each(['down', 'hung'] as const)('answer from the next while the first is %s', async (fault) => {
    const { clock, first, second, composite, ids } = setUp();
    await first.register(at('a'), TTL, signal);
    await second.register(at('b'), TTL, signal);
    first.fault = fault;
    const [list, names] = [ids(), composite.services(signal)];
    await clock.advance(2_000);
    expect(await list).toEqual(['b']);
    expect(await names).toEqual(['users']);
    expect(clock.pending).toBe(0);
  });

  it('wait for nobody when those before have an instance', async () => {
    const { clock, first, second, ids } = setUp();
    await first.register(at('a'), TTL, signal);
    second.fault = 'hung';
    expect(await ids()).toEqual(['a']);
    await settled();
    expect(clock.pending).toBe(0);
  });

  it('know nothing, which is not an empty list, when the one that could tell is down', async () => {
    const { first, second, composite, ids } = setUp();
    first.fault = 'down';
    await expect(ids()).rejects.toThrow(
      'no registry has an instance, and one cannot be read: the registry is down',
    );
    second.fault = 'down';
    await expect(composite.services(signal)).rejects.toThrow('the registry is down');
    await expect(composite.cleanup(signal)).rejects.toThrow('the registry is down');
  });

  it('show a watcher the winner as it changes', async () => {
    const { clock, first, second, composite } = setUp();
    await second.register(at('b'), TTL, signal);
    const watch = recordWatch(composite, 'users');
    await settled();
    expect(watch.ids()).toEqual(['b']);
    const lease = await first.register(at('a'), TTL, signal);
    await settled();
    expect(watch.ids()).toEqual(['a']);
    await second.register(at('c'), TTL, signal);
    await settled();
    expect(watch.snapshots.map(({ instances }) => instances.map(({ id }) => id))).toEqual([['b'], ['a']]);
    await lease.release(signal);
    await settled();
    expect(watch.ids()).toEqual(['b', 'c']);
    const revisions = watch.snapshots.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect((await composite.list('users', signal)).revision).toBeGreaterThan(revisions.at(-1) ?? 0);
    await watch.stop();
    expect(clock.pending).toBe(0);
  });

  it.each(['down', 'hung'] as const)(
    'stand in for a registry that is %s from the start, and go back to it afterwards',
    async (fault) => {
      const { clock, first, second, composite } = setUp();
      await first.register(at('a'), TTL, signal);
      await second.register(at('b'), TTL, signal);
      first.fault = fault;
      const watch = recordWatch(composite, 'users');
      await clock.advance(2_000);
      expect(watch.ids()).toEqual(['b']);
      if (fault === 'down') {
        first.fault = 'ok';
        await clock.advance(31_000);
        expect(watch.ids()).toEqual(['a']);
      }
      const stopped = watch.stop();
      await clock.advance(2_000);
      await stopped;
      expect(clock.pending).toBe(0);
    },
  );

  it('keep the last list when nobody can tell, and catch up by themselves', async () => {
    const { clock, first, composite } = setUp();
    await first.register(at('a'), TTL, signal);
    const registry = new ServiceRegistry({ backend: composite, clock, random: seededRandom(1) });
    expect(await registry.discover('users')).toHaveLength(1);
    first.fault = 'down';
    await first.register(at('x'), TTL, signal).catch(() => {});
    // A broken watch is noticed when it next has something to say.
    first.fault = 'ok';
    await first.register(at('b'), TTL, signal);
    first.fault = 'down';
    await clock.advance(60_000);
    expect(registry.status().watched).toMatchObject([{ stale: true }]);
    expect((await registry.discover('users')).length).toBeGreaterThan(0);
    first.fault = 'ok';
    await clock.advance(60_000);
    expect(registry.status().watched).toMatchObject([{ up: 2, stale: false }]);
    await registry.close();
    expect(clock.pending).toBe(0);
  });

  it('open, clean up and count together', async () => {
    const { clock, first, second, composite } = setUp();
    const opened: string[] = [];
    first.open = async () => void opened.push('first');
    second.open = async () => void opened.push('second');
    first.counters = () => ({ a: 1 });
    second.counters = () => ({ a: 2, b: 3 });
    await composite.open?.();
    expect(opened).toEqual(['first', 'second']);
    expect(composite.counters?.()).toEqual({ a: 3, b: 3 });
    await first.register(at('a'), 100, signal);
    await second.register(at('b'), 100, signal);
    await clock.advance(101);
    expect(await composite.cleanup(signal)).toBe(2);
  });

  it('are at least one, and all are registries', () => {
    const [one, other] = [memoryRegistry(), memoryRegistry()];
    expect(() => compositeRegistry(one as never, other as never)).toThrow(
      'compositeRegistry: registries: Invalid value. Give it a list: compositeRegistry([first, second]).',
    );
    expect(() => compositeRegistry([one, other, one])).toThrow(
      'registries[2]: The same registry as [0]. Leave it out.',
    );
    expect(() => compositeRegistry([memoryRegistry as never])).toThrow(
      'registries[0]: This is a function. Call it: memoryRegistry().',
    );
    expect(() => compositeRegistry([])).toThrow('compositeRegistry: registries: Empty.');
    expect(() => compositeRegistry([{} as never])).toThrow('registries[0]: Invalid value an object.');
    expect(() => compositeRegistry([memoryRegistry()], { clock: {} as never })).toThrow(
      'clock: Invalid value',
    );
  });
});

describe('the choice among opinions', () => {
  const silent = { kind: 'silent' } as const;
  const lost = { kind: 'lost', error: 1 } as const;
  const none = { kind: 'list', instances: [] } as const;
  const some = { kind: 'list', instances: [at('a')] } as const;
  const more = { kind: 'list', instances: [at('b')] } as const;
  it.each([
    [[some, more], some],
    [[none, more], more],
    [[lost, more], more],
    [[silent, more], silent],
    [[some, silent], some],
    [[lost, none], lost],
    [[none, lost], lost],
    [[lost, silent], silent],
    [[none, none], none],
  ])('of %j is %j', (opinions, chosen) => expect(choose(opinions)).toEqual(chosen));
});
