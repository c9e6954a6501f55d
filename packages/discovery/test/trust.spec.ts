import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  compositeRegistry,
  DiscoveryModule,
  type DiscoveryModuleOptions,
  memoryRegistry,
  ServiceRegistry,
  staticRegistry,
} from '@rookery/discovery';
import { sampleInstance } from '@rookery/discovery/testing';

const { signal } = new AbortController();
const quiet = { log() {}, warn() {}, error() {}, debug() {}, verbose() {} };

describe('DiscoveryModule and what registries say', () => {
  const boot = async (options: DiscoveryModuleOptions, warned: string[] = []) => {
    const module = await Test.createTestingModule({ imports: [DiscoveryModule.forRoot(options)] })
      .setLogger({ ...quiet, warn: (message: string) => void warned.push(message) })
      .compile();
    return module.createNestApplication().init();
  };
  afterEach(() => Logger.overrideLogger(quiet));

  it('gives no call to an entry that it does not believe, and says so once', async () => {
    const registry = Object.assign(memoryRegistry(), { reach: 'network' as const });
    const at = (id: string, host: string) => sampleInstance({ id, host });
    await registry.register(at('good', '10.0.0.1'), 60_000, signal);
    await registry.register(at('rogue', '169.254.169.254'), 60_000, signal);
    await registry.register(at('rogue-2', '192.168.0.1'), 60_000, signal);
    const warned: string[] = [];
    const app = await boot({ registry, advertise: false, admit: { allow: ['10.0.0.0/8'] } }, warned);
    const found = app.get(ServiceRegistry);
    expect((await found.discover('users')).map(({ id }) => id)).toEqual(['good']);
    expect(found.status().counters).toMatchObject({ refusedInstances: 2 });
    expect(warned).toEqual([
      expect.stringMatching(
        /^An instance of users is refused, and gets no calls: the id is "rogue"\. The host 169/,
      ),
    ]);
    await app.close();
  });

  it.each<[DiscoveryModuleOptions, RegExp]>([
    [
      { admit: { allow: ['10.0.0.0/64'] } },
      /admit\.allow\[0\]: Invalid value "10\.0\.0\.0\/64"\. Use an address/,
    ],
    [{ admit: { special: ['private' as never] } }, /admit\.special\[0\]: Invalid value "private"/],
    [{ admit: false as never }, /admit: Invalid value false/],
  ])('refuses to boot with %p', async (options, message) => {
    await expect(boot({ service: 'users', registry: memoryRegistry(), ...options })).rejects.toThrow(message);
  });

  it.each(['0.0.0.0', '::', '169.254.169.254', '127.1'])(
    'refuses to boot an app that says it is at %p',
    async (host) => {
      const boots = boot({ registry: memoryRegistry(), service: 'users', advertise: { host } });
      await expect(boots).rejects.toThrow(`advertise.host: ${host} is no address at which others reach`);
    },
  );

  it('warns of an app that others would refuse by default, and of none that this app admits', async () => {
    const registry = Object.assign(memoryRegistry(), { reach: 'network' as const });
    const warned: string[] = [];
    const listen = async (options: DiscoveryModuleOptions) => {
      const app = await boot({ registry, service: 'users', leaveDelay: 0, ...options }, warned);
      await app.listen(0, '127.0.0.1');
      await app.close();
    };
    await listen({ advertise: { host: '127.0.0.1' }, admit: { special: ['loopback'] } });
    await listen({ advertise: { host: '10.0.0.1' } });
    await listen({ registry: memoryRegistry() });
    expect(warned).toEqual([]);
    await listen({ advertise: { host: '127.0.0.1' } });
    await listen({ registry: memoryRegistry(), admit: { special: [] } });
    const warning =
      'Callers may not reach this app: 127.0.0.1 is a special address (loopback), so callers refuse this instance unless they admit it.';
    expect(warned).toEqual([expect.stringContaining(warning), expect.stringContaining(warning)]);
  });

  it('refuses to boot an app that could not be found, and says what to do', async () => {
    const registry = staticRegistry({ services: { users: ['http://127.0.0.1:1'] } });
    await expect(boot({ registry, service: 'orders' })).rejects.toThrow(
      'DiscoveryModule.forRoot: registry: Nothing can be registered in a fixed list, so this app could not be found. Use advertise: false, or',
    );
    const app = await boot({ registry, advertise: false });
    expect(await app.get(ServiceRegistry).discover('users')).toHaveLength(1);
    await app.close();
    const both = await boot({ registry: compositeRegistry([registry, memoryRegistry()]), service: 'orders' });
    expect(await both.get(ServiceRegistry).services()).toEqual(['users']);
    await both.close();
  });
});
