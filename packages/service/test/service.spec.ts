import dns from 'node:dns';
import { jest } from '@jest/globals';
import { Controller, Get, Inject, Injectable, type ModuleMetadata, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AppClosing, ServiceInfo } from '@rookery/common';
import { DiscoveryModule, memoryRegistry } from '@rookery/discovery';
import { sampleInstance } from '@rookery/discovery/testing';
import { eventually } from '@rookery/testing';
import {
  HealthIndicator,
  HealthRegistry,
  ServiceIdentity,
  ServiceModule,
  ServiceState,
} from '../src/index.js';
import { boot, serve } from './booting.js';

let broken = new Set<string>();
beforeEach(() => (broken = new Set()));

@Injectable()
class Database {
  readonly #name = 'orders';

  @HealthIndicator({ name: 'database' })
  ping(signal: AbortSignal) {
    if (broken.has('database')) throw new Error('connection refused');
    return { status: 'up', name: this.#name, signal: signal instanceof AbortSignal };
  }

  @HealthIndicator({ groups: ['liveness'] })
  eventLoop() {
    return !broken.has('eventLoop');
  }

  @HealthIndicator({ name: 'mail', critical: false })
  async mail() {
    if (broken.has('mail')) throw new Error('no relay');
  }
}

const parts = { providers: [Database] };

async function refreshed(...args: Parameters<typeof boot>) {
  const booted = await boot(...args);
  await booted.app.get(HealthRegistry).refresh();
  return booted;
}

describe('ServiceModule', () => {
  it('names the service for the other modules', async () => {
    const { app } = await boot({ name: 'order-service', version: '1.2.3', port: 3001 });
    const identity = app.get(ServiceIdentity);
    expect(identity).toMatchObject({ name: 'order-service', version: '1.2.3', port: 3001 });
    expect(identity.instanceId).toMatch(/^order-service-[0-9a-f]{8}$/);
    expect(app.get(ServiceInfo)).toBe(identity);
  });

  it.each([
    [{}, 'name: Missing.'],
    [{ name: 'a b' }, 'name: Invalid value "a b".'],
    [{ name: 'a', port: 70_000 }, 'port: Invalid value 70000.'],
    [
      { name: 'a', dependencies: [{ url: 'ftp://b' }] },
      'dependencies[0].name: Missing. dependencies[0].url: Invalid',
    ],
    [
      { name: 'a', dependencies: [{ name: 'b' }] },
      'dependencies[0].url: Missing. Give b a url, or import Discovery',
    ],
    [
      { name: 'a', dependencies: [{ name: 'b', url: 'http://b', retries: -1 }] },
      'dependencies[0].retries: Invalid',
    ],
    [{ name: 'a', health: { path: 'health/' } }, 'health.path: Invalid value "health/".'],
    [{ name: 'a', healt: {} }, 'healt: Unknown option.'],
  ])('refuses %j at boot, also from a factory', async (options, message) => {
    const start = (module: NonNullable<ModuleMetadata['imports']>[number]) =>
      Test.createTestingModule({ imports: [module] }).compile();
    await expect(start(ServiceModule.forRoot(options as never))).rejects.toThrow(message);
    await expect(start(ServiceModule.forRootAsync({ useFactory: () => options as never }))).rejects.toThrow(
      message,
    );
  });

  it.each([undefined, null, 'orders'])('asks for its name when it is given %p', (options) => {
    expect(() => ServiceModule.forRoot(options as never)).toThrow('ServiceModule.forRoot: name: Missing.');
  });

  it('can be asked for its health outside of a global prefix', async () => {
    const { app } = await boot({ name: 'a' }, {}, (created) => {
      created.setGlobalPrefix('api', { exclude: ['health', 'health/live', 'health/ready'] });
    });
    for (const path of ['/health', '/health/live', '/health/ready'])
      expect((await fetch(`${await app.getUrl()}${path}`)).status).toBe(200);
  });

  it('refuses a second import and two indicators of one name', async () => {
    await expect(boot({ name: 'a' }, { imports: [ServiceModule.forRoot({ name: 'b' })] })).rejects.toThrow(
      'ServiceModule.forRoot: Imported 2 times:',
    );
    const dependencies = [{ name: 'database', url: 'http://127.0.0.1:1' }];
    await expect(boot({ name: 'a', dependencies }, parts)).rejects.toThrow(
      'There is already a health indicator named "database".',
    );
  });

  it('refuses an indicator that has one instance a request, and one with bad options', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @HealthIndicator()
      ping() {}
    }
    class Hasty {
      @HealthIndicator({ timeout: 0 })
      ping() {}
    }
    await expect(boot({ name: 'a' }, { providers: [PerRequest] })).rejects.toThrow(
      '@HealthIndicator() on PerRequest.ping: The class has one instance a request.',
    );
    await expect(boot({ name: 'a' }, { providers: [Hasty] })).rejects.toThrow(
      '@HealthIndicator() on Hasty.ping: timeout: Invalid value 0.',
    );
  });
});

describe('the health endpoints', () => {
  it('report everything, readiness and liveness, each with its own checks', async () => {
    const { get } = await refreshed({ name: 'a', version: '2.0.0' }, parts);
    const whole = await get('/health');
    expect(whole.status).toBe(200);
    expect(whole.body.status).toBe('ok');
    expect(whole.body.details).toMatchObject({
      service: { status: 'up', state: 'ready', name: 'a', version: '2.0.0' },
      database: { status: 'up', name: 'orders', signal: true, ageMs: expect.any(Number) },
      eventLoop: { status: 'up' },
      mail: { status: 'up' },
    });
    expect(Object.keys((await get('/health/ready')).body.details)).toEqual(['service', 'database', 'mail']);
    expect(Object.keys((await get('/health/live')).body.details)).toEqual(['eventLoop']);
  });

  it('fail readiness for what is critical, and stay alive', async () => {
    broken.add('database');
    const { get } = await refreshed({ name: 'a' }, parts);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body.error).toMatchObject({ database: { status: 'down', message: 'connection refused' } });
    expect((await get('/health')).status).toBe(503);
    expect((await get('/health/live')).status).toBe(200);
  });

  it('are degraded by what is not critical, and answer 200', async () => {
    broken.add('mail');
    const { get } = await refreshed({ name: 'a' }, parts);
    const ready = await get('/health/ready');
    expect([ready.status, ready.body.status]).toEqual([200, 'degraded']);
    expect(ready.body.details).toMatchObject({ mail: { status: 'degraded', message: 'no relay' } });
  });

  it('fail liveness for a liveness check only', async () => {
    broken.add('eventLoop');
    const { get } = await refreshed({ name: 'a' }, parts);
    expect((await get('/health/live')).status).toBe(503);
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('answer at once while a check hangs', async () => {
    class Slow {
      @HealthIndicator({ name: 'slow' })
      ping(signal: AbortSignal) {
        return new Promise<void>((_resolve, reject) => signal.addEventListener('abort', reject));
      }
    }
    const { get } = await boot({ name: 'a' }, { providers: [Slow] });
    expect((await get('/health/ready')).body.details).toMatchObject({ slow: { message: 'not checked yet' } });
  });

  it('are where the options say, also when those come from a factory, for each app its own', async () => {
    const first = await boot({ name: 'a', health: { path: '/internal/health' } });
    const second = await boot({ name: 'b' });
    expect((await first.get('/internal/health/live')).status).toBe(200);
    expect((await first.get('/health/live')).status).toBe(404);
    expect((await second.get('/health/live')).status).toBe(200);
    const useFactory = () => Promise.resolve({ name: 'c', health: { path: '/status' } });
    const module = await Test.createTestingModule({
      imports: [ServiceModule.forRootAsync({ useFactory })],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/status/live`);
    await app.close();
    expect(response.status).toBe(200);
  });
});

describe('a shutdown', () => {
  it('turns readiness red first and keeps liveness green, while requests are still answered', async () => {
    const seen: Record<string, unknown> = {};
    @Controller('slow')
    class Slow {
      constructor(@Inject(ServiceState) private readonly state: ServiceState) {}

      @Get()
      work() {
        return { state: this.state.current };
      }
    }
    const { app, get } = await refreshed({ name: 'a' }, { controllers: [Slow], providers: [Database] });
    app.get(AppClosing, { strict: false }).on('leave', async () => {
      seen['ready'] = (await get('/health/ready')).status;
      seen['work'] = (await get('/slow')).body;
      const { status, body } = await get('/health/live');
      seen['live'] = [status, body.status, body.details['eventLoop']?.['status']];
    });
    const state = app.get(ServiceState);
    expect((await get('/health/ready')).status).toBe(200);
    const states: string[] = [];
    state.onChange((to) => states.push(to));
    await app.close();
    expect(seen).toEqual({ ready: 503, work: { state: 'draining' }, live: [200, 'ok', 'up'] });
    expect(states).toEqual(['draining', 'stopped']);
  });

  it('turns readiness red before the service leaves the registry', async () => {
    const order: string[] = [];
    const backend = memoryRegistry();
    const { app } = await boot(
      { name: 'a' },
      {
        imports: [DiscoveryModule.forRoot({ registry: backend, advertise: { host: '127.0.0.1' } })],
      },
    );
    app.get(ServiceState).onChange((to) => order.push(to));
    const registry = app.get((await import('@rookery/discovery')).ServiceRegistry);
    const deregister = registry.deregister.bind(registry);
    registry.deregister = async (...args) => {
      order.push('deregister');
      await deregister(...args);
    };
    await app.close();
    expect(order.slice(0, 2)).toEqual(['draining', 'deregister']);
  });

  it('registers when what is critical for its readiness is up, and follows it when it is told to', async () => {
    broken.add('database');
    const backend = memoryRegistry();
    const { app } = await boot(
      { name: 'a', health: { interval: 100 } },
      {
        ...parts,
        imports: [
          DiscoveryModule.forRoot({
            registry: backend,
            advertise: { host: '127.0.0.1', followReadiness: 'always' },
          }),
        ],
      },
    );
    const health = app.get(HealthRegistry);
    const statuses = async () => {
      const { instances } = await backend.list('a', new AbortController().signal);
      return instances.map(({ status }) => status).join();
    };
    await health.refresh();
    expect(await statuses()).toBe('');
    broken.clear();
    await health.refresh();
    await eventually('it is registered', async () => (await statuses()) === 'up');
    broken.add('mail');
    await health.refresh();
    expect(await statuses()).toBe('up');
    broken.add('database');
    await health.refresh();
    await eventually('it steps back', async () => (await statuses()) === 'draining');
    const gone = health.add({
      name: 'cache',
      groups: ['readiness'],
      critical: true,
      intervalMs: 60_000,
      timeoutMs: 1_000,
      check: () => Promise.reject(new Error('cold')),
    });
    broken.clear();
    await health.refresh();
    expect(await statuses()).toBe('draining');
    await gone();
    await eventually('it is back', async () => (await statuses()) === 'up');
  });

  it('is ready before it listens when nobody will ever ask by HTTP', async () => {
    const module = await Test.createTestingModule({
      imports: [ServiceModule.forRoot({ name: 'a' })],
    }).compile();
    await module.init();
    expect(module.get(ServiceState).current).toBe('ready');
    await module.close();
    expect(module.get(ServiceState).current).toBe('stopped');
  });
});

describe('a dependency', () => {
  it('with a url is asked there, or at its liveness endpoint when the url has no path', async () => {
    const asked: (string | undefined)[] = [];
    const target = await serve((request, response) => {
      asked.push(request.url);
      response.end('ok');
    });
    const dependencies = [
      { name: 'b', url: target.url },
      { name: 'c', url: `${target.url}/ping?x=1` },
    ];
    const { get } = await refreshed({ name: 'a', dependencies });
    expect(asked).toEqual(expect.arrayContaining(['/health/live', '/ping?x=1']));
    expect((await get('/health/ready')).body.details).toMatchObject({
      b: { status: 'up' },
      c: { status: 'up' },
    });
  });

  it.each([
    [false, 200, 'degraded'],
    [true, 503, 'error'],
  ])('that is down (critical: %p) makes readiness answer %i', async (critical, status, word) => {
    const target = await serve((_request, response) => response.writeHead(500).end());
    const dependencies = [{ name: 'b', url: target.url, retries: 0, critical }];
    const { get } = await refreshed({ name: 'a', dependencies });
    const ready = await get('/health/ready');
    expect([ready.status, ready.body.status]).toEqual([status, word]);
    expect(ready.body.details['b']).toMatchObject({ message: `${target.url}/health/live answered 500` });
    expect((await get('/health/live')).status).toBe(200);
  });

  it('is tried again before it counts as down', async () => {
    let asked = 0;
    const target = await serve((_request, response) => response.writeHead(++asked < 3 ? 503 : 200).end());
    const { get, app } = await boot({
      name: 'a',
      dependencies: [{ name: 'b', url: target.url, retries: 2, critical: true }],
    });
    const answered = new Promise<void>((resolve) =>
      target.server.on('request', () => asked === 3 && resolve()),
    );
    await answered;
    while (app.get(HealthRegistry).results()['b']?.ageMs === undefined) await new Promise(setImmediate);
    expect((await get('/health/ready')).status).toBe(200);
  });

  it('that cannot be reached says why, without the query of its url', async () => {
    const { port, server } = await serve(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const dependencies = [{ name: 'b', url: `http://127.0.0.1:${port}/ping?token=secret`, retries: 0 }];
    const { get } = await refreshed({ name: 'a', dependencies });
    expect((await get('/health')).body.details['b']).toMatchObject({
      message: `http://127.0.0.1:${port}/ping does not answer: ECONNREFUSED`,
    });
  });

  it('is not asked where its host name leads to no place of an instance', async () => {
    const asked: unknown[] = [];
    const { port } = await serve((request, response) => void asked.push(response.end(request.url)));
    const registry = Object.assign(memoryRegistry(), { reach: 'network' as const });
    const b = sampleInstance({ service: 'b', host: 'rogue.internal', port });
    await registry.register(b, 60_000, new AbortController().signal);
    const system = dns.lookup as (...args: unknown[]) => void;
    const answer = (name: string, ...rest: unknown[]) => {
      system(name === b.host ? '127.0.0.1' : name, ...rest);
    };
    jest.spyOn(dns, 'lookup').mockImplementation(answer);
    const { get } = await refreshed(
      { name: 'a', dependencies: [{ name: 'b', retries: 0 }] },
      { imports: [DiscoveryModule.forRoot({ registry, advertise: false })] },
    );
    const { details } = (await get('/health')).body;
    jest.restoreAllMocks();
    expect(details['b']?.['message']).toContain(
      'does not answer: The name rogue.internal leads to 127.0.0.1. That is a special address.',
    );
    expect(asked).toEqual([]);
  });

  it('without a url is found through discovery', async () => {
    const backend = memoryRegistry();
    const discovery = () => DiscoveryModule.forRoot({ registry: backend, advertise: { host: '127.0.0.1' } });
    const options = { name: 'a', dependencies: [{ name: 'b', retries: 0 }] };
    const a = await boot(options, { imports: [discovery()] });
    await a.app.get(HealthRegistry).refresh();
    expect((await a.get('/health')).body.details['b']).toMatchObject({ status: 'degraded' });
    await boot({ name: 'b' }, { imports: [discovery()] });
    // It registers once it has found itself ready, which is a moment after it listens.
    await eventually('b is found', async () => {
      await a.app.get(HealthRegistry).refresh();
      return (await a.get('/health')).body.details['b']?.status === 'up';
    });
  });
});
