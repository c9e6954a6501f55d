import { join } from 'node:path';
import {
  loadPackageDefinition,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DiscoveryModule, memoryRegistry, type NewInstance, ServiceRegistry } from '@rookery/discovery';
import { eventually, freePort } from '@rookery/testing';
import {
  InvalidCallError,
  MeshClient,
  MeshModule,
  MeshRpcError,
  MeshUnavailableError,
  type MeshOptions,
} from '../src/index.js';
import { XdsServerModule } from '../src/xds/index.js';
import { failureOf } from './servers.js';

const PROTO = join(import.meta.dirname, 'fixtures/greeter.proto');
const GREET = 'greeter.v1.Greeter/Greet';

const { Greeter } = (loadPackageDefinition(loadSync(PROTO))['greeter'] as never)['v1'] as {
  Greeter: ServiceClientConstructor;
};

interface Greeting {
  readonly text: string;
  readonly port: number;
}
type Call = ServerUnaryCall<{ name: string }, Greeting>;
type Greet = (call: Call, answer: sendUnaryData<Greeting>, port: number) => void;

let plane: INestApplicationContext;
let registry: ServiceRegistry;
let app: INestApplicationContext;
let mesh: MeshClient;
let services = 0;
const servers: Server[] = [];

const greet: Greet = ({ request }, answer, port) => answer(null, { text: `Hello, ${request.name}`, port });

async function serve(handle: Greet = greet): Promise<number> {
  const server = new Server();
  servers.push(server);
  let bound = 0;
  server.addService(Greeter.service, {
    Greet: (call: Call, answer: sendUnaryData<Greeting>) => handle(call, answer, bound),
    Watch: () => {},
  });
  bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  return bound;
}

/** A name that no other test uses: what gRPC knows of one it keeps. */
const newService = () => `greeter-${(services += 1)}`;

const list = (service: string, port: number, more: Partial<NewInstance> = {}) =>
  registry.register({ service, host: '127.0.0.1', port, protocol: 'grpc', ...more });

const bootMesh = (options: MeshOptions = {}) =>
  Test.createTestingModule({
    imports: [MeshModule.forRoot({ mode: 'proxyless', protoPath: PROTO, ...options })],
  }).compile();

/**
 * grpc-js-xds 1.14 forgets a timer of 15 minutes when a service that lost all its instances is closed. It keeps no app
 * that is ended by a signal, but would keep the test runner.
 */
function letGoOfForgottenTimers(): void {
  const { setTimeout: set } = globalThis;
  const patched = ((...args: Parameters<typeof set>) => {
    const timer = set(...args);
    return (args[1] ?? 0) >= 900_000 ? timer.unref() : timer;
  }) as typeof set;
  globalThis.setTimeout = patched;
  afterAll(() => void (globalThis.setTimeout = set));
}
letGoOfForgottenTimers();

beforeAll(async () => {
  Logger.overrideLogger(false);
  const port = await freePort();
  plane = await Test.createTestingModule({
    imports: [
      DiscoveryModule.forRoot({ registry: memoryRegistry(), service: 'control-plane', advertise: false }),
      XdsServerModule.forRoot({ port }),
    ],
  }).compile();
  await plane.init();
  registry = plane.get(ServiceRegistry);
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = JSON.stringify({
    xds_servers: [{ server_uri: `127.0.0.1:${port}`, channel_creds: [{ type: 'insecure' }] }],
    node: { id: 'test', locality: {} },
  });
  app = await bootMesh();
  mesh = app.get(MeshClient);
});

afterAll(async () => {
  delete process.env['GRPC_XDS_BOOTSTRAP_CONFIG'];
  await app?.close();
  await plane?.close();
  for (const server of servers) server.forceShutdown();
});

describe('a call without a proxy, of gRPC by our own registry', () => {
  it('finds its service', async () => {
    const service = newService();
    const port = await serve();
    await list(service, port);
    expect(await mesh.call<Greeting>(service, GREET, { name: 'Ada' })).toEqual({ text: 'Hello, Ada', port });
  });

  it('goes to who has just come, and no longer to who has left', async () => {
    const service = newService();
    const first = await list(service, await serve());
    const called = async () => (await mesh.call<Greeting>(service, GREET)).port;
    expect(await called()).toBe(first.instance.port);
    const port = await serve();
    await list(service, port);
    await eventually('a call reaches the new one', async () => (await called()) === port);
    await first.leave();
    await eventually('the old one is left alone', async () => {
      const ports = new Set<number>();
      for (let call = 0; call < 4; call += 1) ports.add(await called());
      return ports.size === 1 && ports.has(port);
    });
  });

  it('spares who drains', async () => {
    const service = newService();
    const leaving = await list(service, await serve());
    const staying = await list(service, await serve());
    await leaving.update({ status: 'draining' });
    await eventually('it gets no more calls', async () => {
      const ports = new Set<number>();
      for (let call = 0; call < 4; call += 1) ports.add((await mesh.call<Greeting>(service, GREET)).port);
      return ports.size === 1 && ports.has(staying.instance.port);
    });
  });

  it('goes on when everybody has left, and one comes back', async () => {
    const service = newService();
    const only = await list(service, await serve());
    await mesh.call(service, GREET);
    await only.leave();
    await eventually('calls fail', async () => failureOf(mesh.call(service, GREET)));
    const port = await serve();
    await list(service, port);
    await eventually('calls succeed', async () => (await mesh.call<Greeting>(service, GREET)).port === port);
  });

  it('uses instances of several zones', async () => {
    const service = newService();
    const ports = [await serve(), await serve()];
    await list(service, ports[0] ?? 0, { zone: 'a' });
    await list(service, ports[1] ?? 0, { zone: 'b', weight: 3 });
    const seen = new Set<number>();
    await eventually('both are called', async () => {
      seen.add((await mesh.call<Greeting>(service, GREET)).port);
      return seen.size === 2;
    });
    expect(seen).toEqual(new Set(ports));
  });

  it('carries metadata and the time that is left', async () => {
    const service = newService();
    const received: Metadata[] = [];
    await list(
      service,
      await serve((call, answer) => {
        received.push(call.metadata);
        answer(null, { text: String(call.getDeadline()), port: 0 });
      }),
    );
    const options = { headers: { 'X-Tenant': 'a' }, timeout: '7s' } as const;
    const { text } = await mesh.call<Greeting>(service, GREET, {}, options);
    expect(received[0]?.get('x-tenant')).toEqual(['a']);
    expect(text).not.toBe('Infinity');
  });
});

describe('a call without a proxy that fails', () => {
  it('has the status, the text and the metadata of the answer', async () => {
    const service = newService();
    await list(
      service,
      await serve((_call, answer) => {
        const metadata = new Metadata();
        metadata.set('reason', 'unknown');
        answer({ code: status.NOT_FOUND, details: 'nobody', metadata });
      }),
    );
    const error = await failureOf(mesh.call(service, GREET));
    expect(error).toBeInstanceOf(MeshRpcError);
    expect(error).toMatchObject({
      code: 'MESH_RPC',
      grpcStatus: 'NOT_FOUND',
      status: 404,
      responseStatus: 502,
      details: 'nobody',
      metadata: { reason: 'unknown' },
      message: `${service}/${GREET}: answered NOT_FOUND: nobody`,
    });
  });

  it('says that it was not sent when nobody has ever seen the service', async () => {
    const error = await failureOf(mesh.call(newService(), GREET));
    expect(error).toBeInstanceOf(MeshUnavailableError);
    expect(error).toMatchObject({ sent: false, status: 503 });
  });

  it('ends at the server when its time is over', async () => {
    const service = newService();
    let cancelled: () => void;
    const ended = new Promise<void>((resolve) => (cancelled = resolve));
    await list(service, await serve((call) => void call.on('cancelled', () => cancelled())));
    const error = await failureOf(mesh.call(service, GREET, {}, { timeout: 300 }));
    expect(error).toMatchObject({ code: 'TIMEOUT' });
    await ended;
  });

  it.each<[string, Parameters<MeshClient['call']>]>([
    ['method', ['greeter', 'greeter.v1.Greeter/Shout']],
    ['method', ['greeter', 'greeter.v1.Greeter/Watch']],
    ['method', ['greeter', '../Greet']],
    ['service', ['../greeter', GREET]],
    ['data', ['greeter', GREET, 'Ada']],
    ['data', ['greeter', GREET, []]],
    ['verb', ['greeter', GREET, {}, { verb: 'GET' }]],
    ['headers', ['greeter', GREET, {}, { headers: { 'x y': 'a' } }]],
  ])('names the %s that cannot be used: %j', async (part, args) => {
    const error = await failureOf(mesh.call(...args));
    expect(error).toBeInstanceOf(InvalidCallError);
    expect(error).toMatchObject({ part });
  });
});

describe('the boot of an app without a proxy', () => {
  it.each<[MeshOptions, RegExp]>([
    [{ protoPath: 'no-such.proto' }, /^MeshModule\.forRoot: protoPath: no-such\.proto cannot be read: /],
    [{ protoPath: [] }, /^MeshModule\.forRoot: protoPath: {2}has no service\.$/],
  ])('with %j fails', async (options, message) => {
    await expect(bootMesh(options)).rejects.toThrow(message);
  });
});
