import { VirtualClock } from '@rookery/common/testing';
import { staticRegistry } from './static-registry.js';
import { recordWatch } from '../testing/watch-recorder.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { eventually } from '../testing/eventually.js';
import { ServiceRegistry } from '../registry/service-registry.js';

const { signal } = new AbortController();
const clock = new VirtualClock();
const users = (entry: unknown) => () => staticRegistry({ services: { users: [entry as string] } });

describe('a fixed list as a registry', () => {
  it('lists what it was given, with the facts and the defaults', async () => {
    const registry = staticRegistry(
      {
        services: {
          users: [
            'http://127.0.0.1:3001',
            { url: 'grpc://[::1]:50051', zone: 'a', weight: 7, version: '2.0.0' },
          ],
          orders: ['https://orders.example'],
          empty: [],
        },
      },
      { clock },
    );
    const { instances } = await registry.list('users', signal);
    expect(instances).toEqual([
      {
        id: '127.0.0.1:3001',
        service: 'users',
        host: '127.0.0.1',
        port: 3001,
        protocol: 'http',
        version: '0.0.0',
        weight: 1,
        metadata: {},
        status: 'up',
        startedAt: clock.now(),
      },
      expect.objectContaining({ id: '[::1]:50051', host: '::1', protocol: 'grpc', zone: 'a', weight: 7 }),
    ]);
    const orders = await registry.list('orders', signal);
    expect(orders.instances).toMatchObject([{ host: 'orders.example', port: 443, protocol: 'https' }]);
    expect((await registry.list('nobody', signal)).instances).toEqual([]);
    expect(await registry.services(signal)).toEqual(['users', 'orders']);
    expect(await registry.cleanup(signal)).toBe(0);
  });

  it('shows a watcher its list once, and ends with its signal', async () => {
    const watch = recordWatch(staticRegistry({ services: { users: ['http://a:1'] } }), 'users');
    await eventually(
      () => new Promise(setImmediate),
      () => expect(watch.ids()).toEqual(['a:1']),
    );
    await watch.stop();
    expect(watch.snapshots).toHaveLength(1);
  });

  it('keeps the id of a very long host short and its own', async () => {
    const host = (last: string) => `${Array.from({ length: 4 }, () => 'x'.repeat(50)).join('.')}.${last}`;
    const registry = staticRegistry({
      services: { users: [`http://${host('a')}:1`, `http://${host('b')}:1`] },
    });
    const ids = (await registry.list('users', signal)).instances.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.map((id) => id.length)).toEqual([117, 117]);
  });

  it('takes no registration, and says so at once', async () => {
    const backend = staticRegistry({ services: { users: ['http://a:1'] } });
    const registry = new ServiceRegistry({ backend });
    const instance = { service: 'orders', id: 'o', host: 'a', port: 1 };
    await expect(registry.register(instance)).rejects.toMatchObject({
      code: 'READ_ONLY_REGISTRY',
      service: 'orders',
    });
    await expect(backend.register(sampleInstance(), 1_000, signal)).rejects.toThrow(
      'users cannot be registered: a fixed list can only be looked up.',
    );
    expect((await registry.discover('users')).map(({ id }) => id)).toEqual(['a:1']);
    await registry.close();
  });

  it.each([
    'users:3001',
    '127.0.0.1:3001',
    'http://a:1/path',
    'http://me:secret@a:1',
    'http://a:1?x=1',
    'http://a:1#x',
    'grpc://a',
    'http://a:0',
    'http://a:70000',
    '',
    7,
    undefined,
  ])('refuses %p as an address', (entry) => {
    expect(users(entry)).toThrow(/staticRegistry: services\.users\[0\]: (Invalid value|Missing)/);
  });

  it('refuses bad facts, bad names, two entries of one id and no service at all', () => {
    expect(users({ url: 'http://a:1', weight: 0 })).toThrow('services.users[0].weight: Invalid value 0');
    expect(users({ url: 'http://a:1', wieght: 1 })).toThrow('services.users[0].wieght: Unknown option');
    expect(() => staticRegistry({ services: { users: ['http://a', 'http://a:80'] } })).toThrow(
      'services.users: a:80 stands in it twice.',
    );
    expect(() => staticRegistry({ services: { '../x': [] } })).toThrow(
      'services, the key "../x": Invalid value',
    );
    expect(() => staticRegistry({ services: {} })).toThrow('services: Empty.');
    expect(() => staticRegistry({ services: { users: undefined as never } })).toThrow(
      'services.users: Missing',
    );
    expect(users('http://me:secret@a:1')).not.toThrow('secret');
  });
});
