import { join } from 'node:path';
import {
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller } from '@nestjs/common';
import { GrpcMethod, type GrpcOptions, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { eventually, freePort } from '@rookery/testing';
import { GrpcHealth, HealthRegistry, ServiceModule, type ServiceOptions } from '../src/index.js';

/** The contract as a client has it. */
const CONTRACT = join(import.meta.dirname, 'health.proto');
const { Health } = (
  loadPackageDefinition(loadSync(CONTRACT, { enums: String, defaults: true }))['grpc'] as never as {
    health: { v1: { Health: ServiceClientConstructor } };
  }
).health.v1;

@Controller()
class Jobs {
  @GrpcMethod('Work', 'Do')
  do(job: { name: string }) {
    return job;
  }
}

@Controller()
class OwnHealth {
  @GrpcMethod('Health', 'Check')
  check() {
    return { status: 'UNKNOWN' };
  }
}

interface Answer {
  status: string;
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function boot(options: Partial<ServiceOptions> = {}, server: Partial<GrpcOptions['options']> = {}) {
  const port = await freePort();
  const module = await Test.createTestingModule({
    imports: [ServiceModule.forRoot({ name: 'a', ...options })],
    controllers: [Jobs, OwnHealth],
  }).compile();
  const app = module.createNestMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: {
      url: `127.0.0.1:${port}`,
      package: 'work',
      protoPath: join(import.meta.dirname, 'work.proto'),
      ...server,
    },
    logger: false,
  });
  open.push(() => app.close());
  await app.listen();
  const client = new Health(`127.0.0.1:${port}`, credentials.createInsecure());
  open.push(() => client.close());
  return { app, client, ask: asker(client) };
}

type Unary = (request: object, done: (error: Error | null, answer: never) => void) => void;

function asker(client: Client) {
  const unary = (method: string, request: object) =>
    new Promise<Record<string, unknown>>((resolve, reject) =>
      (client as unknown as Record<string, Unary>)[method]?.(request, (error, answer) =>
        error ? reject(error) : resolve(answer),
      ),
    );
  return {
    check: (service = '') => unary('Check', { service }),
    list: () => unary('List', {}),
    /** What a watcher has been told, and how it ended. */
    watch(service = '') {
      const told: string[] = [];
      const stream = (client as unknown as Record<string, (request: object) => NodeJS.ReadableStream>)[
        'Watch'
      ]?.({
        service,
      });
      stream?.on('data', ({ status }: Answer) => told.push(status));
      stream?.on('error', ({ code }: { code: number } & Error) => told.push(`ended with ${code}`));
      return told;
    },
  };
}

describe('the health service of a gRPC microservice', () => {
  it('is there by itself, and knows the services of the app', async () => {
    const { ask } = await boot();
    expect(await ask.check()).toEqual({ status: 'SERVING' });
    expect(await ask.check('work.Work')).toEqual({ status: 'SERVING' });
    await expect(ask.check('work.Play')).rejects.toMatchObject({ code: 5 });
    expect(await ask.list()).toEqual({
      statuses: { '': { status: 'SERVING' }, 'work.Work': { status: 'SERVING' } },
    });
  });

  it('follows the readiness of the app, and tells watchers of each change once', async () => {
    const { app, ask } = await boot();
    const told = ask.watch();
    await eventually('the first word', () => told.length === 1);
    let broken = true;
    const health = app.get(HealthRegistry);
    health.add({
      name: 'database',
      groups: ['readiness'],
      critical: true,
      intervalMs: 60_000,
      timeoutMs: 1_000,
      check: () => (broken ? Promise.reject(new Error('gone')) : Promise.resolve({ status: 'up' })),
    });
    await health.refresh();
    await eventually('the bad news', () => told.length === 2);
    expect(await ask.check()).toEqual({ status: 'NOT_SERVING' });
    broken = false;
    await health.refresh();
    await eventually('the good news', () => told.length === 3);
    expect(told).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
  });

  it('tells of a single service that does not serve', async () => {
    const { app, ask } = await boot();
    const [whole, one, nobody] = [ask.watch(), ask.watch('work.Work'), ask.watch('work.Play')];
    await eventually('the first words', () => [whole, one, nobody].every((told) => told.length === 1));
    app.get(GrpcHealth).setServing('work.Work', false);
    await eventually('the news', () => one.length === 2);
    expect(await ask.check('work.Work')).toEqual({ status: 'NOT_SERVING' });
    expect(await ask.check()).toEqual({ status: 'SERVING' });
    app.get(GrpcHealth).setServing('work.Work', true);
    await eventually('better news', () => one.length === 3);
    expect([whole, one, nobody]).toEqual([
      ['SERVING'],
      ['SERVING', 'NOT_SERVING', 'SERVING'],
      ['SERVICE_UNKNOWN'],
    ]);
    expect(() => app.get(GrpcHealth).setServing('work.Wrok', false)).toThrow(
      'There is no gRPC service "work.Wrok" here. Served: work.Work.',
    );
  });

  it('says that nobody serves when the app stops, and lets no watcher hold it up', async () => {
    const { app, ask } = await boot({ drainTimeout: '60s' });
    const told = ask.watch();
    await eventually('the first word', () => told.length === 1);
    await app.close();
    await eventually('the end', () => told.length === 3);
    expect(told).toEqual(['SERVING', 'NOT_SERVING', 'ended with 14']);
  });

  it('leaves the app its own, and is not there when it is not wanted', async () => {
    const own = await boot(
      {},
      { package: ['work', 'grpc.health.v1'], protoPath: [join(import.meta.dirname, 'work.proto'), CONTRACT] },
    );
    expect(await own.ask.check()).toEqual({ status: 'UNKNOWN' });
    const none = await boot({ health: { grpc: false } });
    await expect(none.ask.check()).rejects.toMatchObject({ code: 12 });
  });

  it('calls what the app does with the definitions of its contract', async () => {
    const seen: string[] = [];
    const { ask } = await boot(
      {},
      { onLoadPackageDefinition: (definitions: object) => seen.push(...Object.keys(definitions)) },
    );
    expect(seen).toContain('work.Work');
    expect(await ask.check()).toEqual({ status: 'SERVING' });
  });
});
