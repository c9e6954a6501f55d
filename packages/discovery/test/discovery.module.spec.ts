import { VirtualClock } from '@rookery/common/testing';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Get,
  Global,
  Injectable,
  type INestApplication,
  Module,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ServiceInfo, sleep, systemClock } from '@rookery/common';
import {
  DiscoveryModule,
  type DiscoveryModuleOptions,
  leaseFileRegistry,
  LoadBalancer,
  memoryRegistry,
  type RegistryBackend,
  ServiceRegistry,
} from '@rookery/discovery';
import { eventually } from '@rookery/discovery/testing';

const soon = <T>(look: () => T | Promise<T>) => eventually((ms) => sleep(systemClock, ms), look, 5);
const quiet = { log() {}, warn() {}, error() {}, debug() {}, verbose() {} };

@Global()
@Module({
  providers: [{ provide: ServiceInfo, useValue: { name: 'named', version: '1.2.3', instanceId: 'named-1' } }],
  exports: [ServiceInfo],
})
class Identity {}

const apps: INestApplication[] = [];

async function boot(
  options: DiscoveryModuleOptions | undefined,
  ...imports: object[]
): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule.forRoot(options), ...(imports as [])],
  }).compile();
  const app = module.createNestApplication({ logger: quiet });
  apps.push(app);
  await app.init();
  return app;
}

describe('DiscoveryModule', () => {
  let registry: RegistryBackend;
  const { signal } = new AbortController();
  const listed = async (service = 'users') => (await registry.list(service, signal)).instances;

  beforeEach(() => (registry = memoryRegistry()));
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

  it('registers the app when it listens, at the port it really has, and not before', async () => {
    const app = await boot({ registry, service: 'users', advertise: { zone: 'a', weight: 3 } });
    expect(await listed()).toEqual([]);
    const server = await app.listen(0);
    const { port } = server.address();
    await soon(async () =>
      expect(await listed()).toMatchObject([
        { service: 'users', host: '127.0.0.1', port, protocol: 'http', zone: 'a', weight: 3, status: 'up' },
      ]),
    );
    expect(app.get(ServiceRegistry).self?.instance.port).toBe(port);
  });

  it('tells the address that a server was bound to', async () => {
    const app = await boot({ registry, service: 'users' });
    await app.listen(0, '127.0.0.2');
    await soon(async () => expect(await listed()).toMatchObject([{ host: '127.0.0.2' }]));
  });

  it('takes name, version and id from ServiceModule', async () => {
    const app = await boot({ registry }, Identity);
    await app.listen(0);
    await soon(async () =>
      expect(await listed('named')).toMatchObject([{ id: 'named-1', version: '1.2.3' }]),
    );
  });

  it('serves on as draining until its callers have learnt of it, and leaves then', async () => {
    const clock = new VirtualClock();
    const app = await boot({ registry, service: 'users', clock, leaveDelay: '5s' });
    await app.listen(0);
    await soon(async () => expect(await listed()).toHaveLength(1));
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    await soon(async () => expect(await listed()).toMatchObject([{ status: 'draining' }]));
    await clock.advance(4_999);
    expect([closed, (await listed()).length]).toEqual([false, 1]);
    await clock.advance(1);
    await closing;
    expect(await listed()).toEqual([]);
  });

  it('leaves before anything else of the app is destroyed and while the server still answers', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Ping {
      @Get() ping() {
        return 'pong';
      }
    }
    @Injectable()
    class Pool implements OnModuleDestroy {
      async onModuleDestroy() {
        const { port } = app.getHttpServer().address() as { port: number };
        const answer = await fetch(`http://127.0.0.1:${port}/`);
        seen.push((await listed()).length, await answer.text());
      }
    }
    @Module({ controllers: [Ping], providers: [Pool] })
    class Feature {}
    const app = await boot({ registry, service: 'users' }, Feature);
    await app.listen(0);
    await soon(async () => expect(await listed()).toHaveLength(1));
    await app.close();
    expect(seen).toEqual([0, 'pong']);
  });

  it('lets the last requests find others until the server is closed', async () => {
    let found: unknown;
    @Injectable()
    class Late {
      constructor(private readonly balancer: LoadBalancer) {}
      async beforeApplicationShutdown() {
        found = (await this.balancer.pick('other')).instance.id;
      }
    }
    @Module({ providers: [Late] })
    class Feature {}
    const other = new ServiceRegistry({ backend: registry });
    await other.register({ service: 'other', id: 'other-1', host: 'localhost', port: 1 });
    const app = await boot({ registry, service: 'users' }, Feature);
    await app.listen(0);
    await app.close();
    expect(found).toBe('other-1');
    await other.close();
  });

  it('finds others without being found when it does not advertise itself', async () => {
    const [caller, callee] = [
      await boot({ registry, advertise: false }),
      await boot({ registry, service: 'users' }),
    ];
    await Promise.all([caller.listen(0), callee.listen(0)]);
    const { port } = callee.getHttpServer().address() as { port: number };
    await soon(async () => expect((await caller.get(LoadBalancer).pick('users')).instance.port).toBe(port));
    expect(await registry.services(signal)).toEqual(['users']);
    expect(caller.get(ServiceRegistry).self).toBeUndefined();
  });

  it('can be closed before it has listened, and while it is registering', async () => {
    const unborn = await boot({ registry, service: 'users' });
    await unborn.close();
    const hasty = await boot({ registry, service: 'users' });
    await hasty.listen(0);
    await hasty.close();
    expect(await listed()).toEqual([]);
  });

  it('takes its options from a factory, and checks those as well', async () => {
    const compile = (options: object) =>
      Test.createTestingModule({
        imports: [DiscoveryModule.forRootAsync({ useFactory: async () => options })],
      }).compile();
    const module = await compile({ registry, service: 'users', strategy: 'random' });
    expect(module.get(LoadBalancer)).toBeInstanceOf(LoadBalancer);
    await module.close();
    await expect(compile({ registry, service: 'users', strategy: 'rondom' })).rejects.toThrow(
      'strategy: Invalid value',
    );
  });

  it.each<[object, RegExp]>([
    [{}, /service: Missing\. Import ServiceModule\.forRoot/],
    [{ service: 'users', ttl: '1ms' }, /ttl: Invalid value "1ms"/],
    [
      { service: 'users', strategy: 'fastest' },
      /strategy: Invalid value "fastest"\. Use 'p2c' or 'round-robin'/,
    ],
    [{ service: 'users', strategy: { orders: 'x' } }, /strategy\.orders: Invalid value "x"/],
    [{ service: 'users', advertise: { port: 0 } }, /advertise\.port: Invalid value 0/],
    [{ service: 'users', advertise: true }, /advertise: Invalid value true/],
    [
      { service: 'users', registry: {} },
      /registry: Invalid value an object\. Use an object with the methods of Reg/,
    ],
    [{ service: 'users', directory: '/tmp' }, /directory: Unknown option\. Known options: service, registry/],
    [{ service: 'users', clock: {} }, /clock: Invalid value/],
  ])('refuses to boot with %p', async (options, message) => {
    await expect(boot({ registry, ...options })).rejects.toThrow(message);
  });

  it('refuses to boot without the address that other hosts would need', async () => {
    const network = Object.assign(memoryRegistry(), { reach: 'network' });
    await expect(boot({ registry: network, service: 'users' })).rejects.toThrow('advertise.host: Missing.');
  });

  it('refuses to be imported twice', async () => {
    const twice = boot(
      { registry, service: 'users' },
      DiscoveryModule.forRoot({ registry, service: 'users' }),
    );
    await expect(twice).rejects.toThrow('DiscoveryModule.forRoot: Imported 2 times: the app');
  });

  it('leaves no file behind with lease files, and runs two apps on one directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rookery-module-'));
    const create = () => boot({ registry: leaseFileRegistry({ directory }), service: 'users' });
    const [one, two] = [await create(), await create()];
    await Promise.all([one.listen(0), two.listen(0)]);
    await soon(async () => expect(await one.get(ServiceRegistry).discover('users')).toHaveLength(2));
    await two.close();
    await soon(async () => expect(await one.get(ServiceRegistry).discover('users')).toHaveLength(1));
    await one.close();
    const files = await readdir(directory, { recursive: true });
    expect(files.filter((file) => /json|tmp/.test(file))).toEqual([]);
    await rm(directory, { recursive: true });
  });
});
