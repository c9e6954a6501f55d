import { Global, type INestApplicationContext, Module } from '@nestjs/common';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Test, type TestingModule } from '@nestjs/testing';
import { Readiness, type RpcServer } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import {
  type AdvertiseOptions,
  DiscoveryModule,
  type DiscoveryModuleOptions,
  LoadBalancer,
  memoryRegistry,
  type RegistryBackend,
  requestStatus,
  ServiceRegistry,
} from '../src/index.js';
import { rpcAddress } from '../src/advertise/listening-address.js';
import { eventually } from '../src/testing/index.js';

const soon = (look: () => unknown) => eventually((ms) => new Promise((done) => setTimeout(done, ms)), look);

/** A readiness that a test turns on and off. */
class Switch extends Readiness {
  readonly listeners = new Set<(ready: boolean) => void>();
  override ready = false;

  override onChange(listener: (ready: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  turn(ready: boolean): void {
    this.ready = ready;
    for (const listener of this.listeners) listener(ready);
  }
}

const apps: INestApplicationContext[] = [];
const logged: string[] = [];
const log = (line: unknown) => void logged.push(String(line));
const logger = { log, warn: log, error: log };
const { signal } = new AbortController();
let registry: RegistryBackend;
let readiness: Switch;

const listed = async (service = 'users') => (await registry.list(service, signal)).instances;
const statuses = async () => (await listed()).map(({ status }) => status);

beforeEach(() => {
  registry = memoryRegistry();
  readiness = new Switch();
  logged.length = 0;
});
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

function compile(options: DiscoveryModuleOptions, ...imports: object[]): Promise<TestingModule> {
  const discovery = DiscoveryModule.forRoot({ registry, service: 'users', ...options });
  return Test.createTestingModule({ imports: [discovery, ...(imports as [])] }).compile();
}

describe('an app whose readiness is known', () => {
  const boot = async (advertise: AdvertiseOptions, ready: boolean) => {
    readiness.ready = ready;
    @Global()
    @Module({ providers: [{ provide: Readiness, useValue: readiness }], exports: [Readiness] })
    class Ready {}
    const app = (await compile({ advertise }, Ready)).createNestApplication({ logger });
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    return app;
  };

  it('registers when it is ready for the first time, and looks no more', async () => {
    await boot({}, false);
    expect(logged).toContain('users is registered as soon as it is ready.');
    readiness.turn(false);
    expect(await listed()).toEqual([]);
    readiness.turn(true);
    await soon(async () => expect(await statuses()).toEqual(['up']));
    expect(readiness.listeners.size).toBe(0);
  });

  it('registers at once when it is ready already', async () => {
    await boot({}, true);
    await soon(async () => expect(await statuses()).toEqual(['up']));
  });

  it('is marked as draining whenever it is not ready, when it is told to', async () => {
    const app = await boot({ followReadiness: 'always' }, true);
    await soon(async () => expect(await statuses()).toEqual(['up']));
    readiness.turn(false);
    await soon(async () => expect(await statuses()).toEqual(['draining']));
    readiness.turn(true);
    await soon(async () => expect(await statuses()).toEqual(['up']));
    await app.close();
    readiness.turn(true);
    expect(await listed()).toEqual([]);
    expect(readiness.listeners.size).toBe(0);
  });

  it('registers as soon as it listens when its readiness is to be left alone', async () => {
    await boot({ followReadiness: 'never' }, false);
    await soon(async () => expect(await statuses()).toEqual(['up']));
  });

  it('is not registered any more when it becomes ready too late', async () => {
    const app = await boot({}, false);
    await app.close();
    readiness.turn(true);
    expect(app.get(ServiceRegistry).self).toBeUndefined();
  });

  it('refuses another rule', async () => {
    await expect(boot({ followReadiness: 'sometimes' as never }, true)).rejects.toThrow(
      "advertise.followReadiness: Invalid value \"sometimes\". Use 'once' or 'always' or 'never'.",
    );
  });
});

describe('an app that leaves', () => {
  it('gets no calls while it is draining and others are up, and is kept for those who know nobody else', async () => {
    const clock = new VirtualClock();
    const app = (await compile({ clock, leaveDelay: '5s' })).createNestApplication({ logger });
    apps.push(app);
    await app.listen(0);
    const others = new ServiceRegistry({ backend: registry });
    const balancer = new LoadBalancer(others);
    await soon(async () => expect(await statuses()).toEqual(['up']));
    const closing = app.close();
    await soon(async () => expect(await statuses()).toEqual(['draining']));
    const [leaving] = await others.discover('users');
    expect((await balancer.pick('users')).instance.id).toBe(leaving?.id);
    await others.register({ service: 'users', id: 'stays', host: 'localhost', port: 1 });
    for (let call = 0; call < 50; call += 1) {
      expect((await balancer.pick('users')).instance.id).toBe('stays');
    }
    await clock.advance(5_000);
    await closing;
    expect((await listed()).map(({ id }) => id)).toEqual(['stays']);
    await others.close();
  });

  it('is held up only so long by a registry that does not answer', async () => {
    const clock = new VirtualClock();
    const backend = registry;
    let hangs = false;
    registry = {
      description: 'sometimes hanging memory',
      reach: 'process',
      list: (service, end) => backend.list(service, end),
      services: (end) => backend.services(end),
      watch: (service, end) => backend.watch(service, end),
      cleanup: (end) => backend.cleanup(end),
      register: async (instance, ttlMs, end) => {
        const lease = await backend.register(instance, ttlMs, end);
        return {
          renew: (during) => lease.renew(during),
          update: (changed, during) => (hangs ? new Promise(() => {}) : lease.update(changed, during)),
          release: (during) => (hangs ? new Promise(() => {}) : lease.release(during)),
        };
      },
    };
    const app = (await compile({ clock, leaveDelay: '1s' })).createNestApplication({ logger });
    apps.push(app);
    await app.listen(0);
    await soon(async () => expect(await statuses()).toEqual(['up']));
    hangs = true;
    const closing = app.close();
    // Two for the word that it leaves, one of `leaveDelay`, two for leaving.
    for (let second = 0; second < 5; second += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(1_000);
    }
    await closing;
  });
});

describe('an app of microservices', () => {
  const tcp = { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } } as const;

  it('registers where its TCP server listens, and leaves before anything is destroyed', async () => {
    const seen: unknown[] = [];
    @Module({})
    class Feature {
      async onModuleDestroy() {
        seen.push(await listed());
      }
    }
    const module = await compile({}, Feature);
    const app = module.createNestMicroservice<MicroserviceOptions>({ ...tcp, logger });
    await app.init();
    expect(await listed()).toEqual([]);
    await app.listen();
    const { port } = app.unwrap<Server>().address() as AddressInfo;
    await soon(async () =>
      expect(await listed()).toMatchObject([{ host: '127.0.0.1', port, protocol: 'tcp', status: 'up' }]),
    );
    await app.close();
    expect(seen).toEqual([[]]);
  });

  it('leaves first also when a signal ends it', async () => {
    const seen: unknown[] = [];
    @Module({})
    class Feature {
      async onModuleDestroy() {
        seen.push(await listed());
      }
    }
    const app = (await compile({}, Feature)).createNestMicroservice<MicroserviceOptions>({ ...tcp, logger });
    await app.listen();
    await soon(async () => expect(await listed()).toHaveLength(1));
    await (app as unknown as { shutdown(name: string): Promise<void> }).shutdown('SIGTERM');
    expect(seen).toEqual([[]]);
  });

  const grpc = {
    transport: Transport.GRPC,
    options: { url: '127.0.0.1:0', package: 'x', protoPath: join(import.meta.dirname, 'fixtures/x.proto') },
  } as const;

  const bootHybrid = async (options: DiscoveryModuleOptions = {}) => {
    const app = (await compile(options)).createNestApplication({ logger });
    apps.push(app);
    for (const server of [tcp, grpc, tcp]) app.connectMicroservice<MicroserviceOptions>(server);
    await app.startAllMicroservices();
    expect(await listed()).toEqual([]);
    await app.listen(0, '127.0.0.1');
    return { app, port: (app.getHttpServer().address() as AddressInfo).port };
  };

  it('is found at each of its servers as soon as it serves HTTP, when it does that too', async () => {
    const { app, port } = await bootHybrid();
    await soon(async () => expect(await listed()).toHaveLength(4));
    const [http, ...others] = await listed();
    expect(http).toMatchObject({ port, protocol: 'http' });
    expect(app.get(ServiceRegistry).self?.instance).toEqual(http);
    const id = http?.id ?? '';
    const ids = others.map((other) => other.id.replace(String(other.port), 'port')).sort();
    expect(ids).toEqual([`${id}-grpc`, `${id}-tcp`, `${id}-tcp-port`]);
    expect(others.map(({ protocol }) => protocol).sort()).toEqual(['grpc', 'tcp', 'tcp']);
    expect(new Set((await listed()).map((one) => one.port)).size).toBe(4);
    await app.close();
    expect(await listed()).toEqual([]);
  });

  it('is found at one place when it says which', async () => {
    const { port } = await bootHybrid({ advertise: { protocol: 'https' } });
    await soon(async () => expect(await listed()).toMatchObject([{ port, protocol: 'https' }]));
    expect(await listed()).toHaveLength(1);
  });

  it('drains at all its servers when one of them is asked to', async () => {
    await bootHybrid({ leaveDelay: 0 });
    await soon(async () => expect(await listed()).toHaveLength(4));
    const target = (await listed()).find(({ protocol }) => protocol === 'grpc');
    if (!target) throw new Error('none');
    expect(await requestStatus(registry, target, { status: 'draining', by: 'jo' })).toBe('draining');
    await soon(async () => expect(new Set(await statuses())).toEqual(new Set(['draining'])));
  });

  it.each<[string, object, unknown]>([
    ['a gRPC server', { transportId: 4, url: '127.0.0.2:50051' }, { host: '127.0.0.2', port: 50_051 }],
    ['one on every address', { transportId: 4, url: '0.0.0.0:50051' }, { host: '127.0.0.1', port: 50_051 }],
    ['one on every address of IPv6', { transportId: 4, url: '[::]:50051' }, { host: '127.0.0.1' }],
    ['one on a name', { transportId: 4, url: 'localhost:50051' }, { host: 'localhost', protocol: 'grpc' }],
  ])('finds the address of %s', (_what, server, expected) => {
    expect(rpcAddress(server as RpcServer)).toMatchObject(expected as object);
  });

  it.each<[string, object, RegExp]>([
    [
      'a gRPC server on any port',
      { transportId: 4, url: '0.0.0.0:0' },
      /^the port of "0\.0\.0\.0:0" is not known/,
    ],
    [
      'a gRPC server on a socket',
      { transportId: 4, url: 'unix:/tmp/a' },
      /^the port of "unix:\/tmp\/a" is not known/,
    ],
    ['a broker', { transportId: 1, unwrap: () => ({}) }, /its messages come through a broker/],
    ['a custom strategy', {}, /its messages come through a broker/],
  ])('says why %s has none', (_what, server, expected) => {
    expect(rpcAddress(server as RpcServer)).toMatch(expected);
  });
});
