import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import {
  Controller,
  Get,
  Inject,
  type INestApplication,
  Logger,
  Module,
  type ModuleMetadata,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CallObserver, type ObservedCall, runInFreshContext, ServiceInfo } from '@rookery/common';
import { PolicyRegistry, ResilienceModule } from '@rookery/resilience';
import { TracingModule } from '@rookery/tracing';
import { MeshClient, MeshModule, MeshNotReadyError, type MeshOptions } from '../src/index.js';
import { type Echo, echo, failureOf, json, serve, serveSidecar, stopServers } from './servers.js';

const apps: INestApplication[] = [];

beforeAll(() => Logger.overrideLogger(false));
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await stopServers();
});

async function boot(
  imports: ModuleMetadata['imports'],
  parts: ModuleMetadata = {},
  prepare: (app: INestApplication) => void = () => {},
): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: imports ?? [], ...parts }).compile();
  const app = module.createNestApplication();
  apps.push(app);
  prepare(app);
  await app.init();
  return app;
}

/** A sidecar with the one service `user-service`, which answers with what it was asked. */
async function sidecarToEcho() {
  const upstream = await serve(echo);
  const sidecar = await serveSidecar({ 'user-service.shop.svc.cluster.local': upstream.port });
  return { proxy: sidecar.url, namespace: 'shop' };
}

@Controller()
class Gateway {
  constructor(@Inject(MeshClient) private readonly mesh: MeshClient) {}

  @Get('users/:id')
  async user() {
    await new Promise(setImmediate);
    return this.mesh.call<Echo>('user-service', 'find', {});
  }
}

/** Serves the app and asks it, as a client outside of its context. */
async function ask(app: INestApplication, path: string, headers: Record<string, string>) {
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  return runInFreshContext({}, () =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { ...headers, connection: 'close' } }),
  );
}

describe('MeshModule', () => {
  it('provides a client, with its own parts where the app has no others', async () => {
    const app = await boot([MeshModule.forRoot(await sidecarToEcho())]);
    const answer = await app.get(MeshClient).call<Echo>('user-service', 'find', { id: 1 });
    expect(answer).toMatchObject({ body: '{"id":1}', headers: { 'user-agent': 'rookery-mesh (unnamed)' } });
  });

  it("uses the app's policies, observer and name", async () => {
    const observed: ObservedCall[] = [];
    const observer: CallObserver = {
      observe(call, work) {
        observed.push(call);
        return work({ outgoing: {}, annotate() {}, event() {} });
      },
    };
    @Module({
      providers: [
        { provide: CallObserver, useValue: observer },
        { provide: ServiceInfo, useValue: { name: 'order-service' } },
      ],
      exports: [CallObserver, ServiceInfo],
    })
    class Parts {}
    const app = await boot([
      { module: Parts, global: true },
      ResilienceModule.forRoot(),
      MeshModule.forRoot(await sidecarToEcho()),
    ]);
    const { headers } = await app.get(MeshClient).call<Echo>('user-service', 'find');
    expect(headers['user-agent']).toBe('rookery-mesh (order-service)');
    expect(observed).toMatchObject([{ name: 'POST user-service' }]);
    expect(app.get(PolicyRegistry).has('mesh.user-service')).toBe(true);
  });

  it('takes options that are made while the app boots, and checks them as well', async () => {
    const options = await sidecarToEcho();
    const app = await boot([MeshModule.forRootAsync({ useFactory: async () => options })]);
    await expect(app.get(MeshClient).call('user-service', 'find')).resolves.toMatchObject({ url: '/find' });
    const wrong = () => ({ proxy: 'ftp://a' }) satisfies MeshOptions;
    await expect(boot([MeshModule.forRootAsync({ useFactory: wrong })])).rejects.toThrow(
      'MeshModule.forRoot: proxy: Invalid value "ftp://a".',
    );
  });

  it('closes its connections when the app stops', async () => {
    const sidecar = await serve(echo);
    const app = await boot([MeshModule.forRoot({ proxy: sidecar.url })]);
    await app.get(MeshClient).call('user-service', 'find');
    const socket = sidecar.seen[0]?.socket;
    if (!socket) throw new Error('Nothing arrived.');
    const closed = once(socket, 'close');
    await app.close();
    await closed;
    // Less than the 4 s after which an idle connection ends by itself.
  }, 3_000);

  it('refuses to be imported twice', async () => {
    await expect(boot([MeshModule.forRoot(), MeshModule.forRoot({ timeout: '1s' })])).rejects.toThrow(
      'MeshModule.forRoot: Imported 2 times',
    );
  });

  it.each<[string, (app: INestApplication) => void]>([
    ['/users/1', () => {}],
    ['/api/users/1', (app) => app.setGlobalPrefix('api')],
    ['/users/1', (app) => app.setGlobalPrefix('api', { exclude: ['users/:id'] })],
  ])(
    'passes the request id and trace of a request to %s on to the calls that it causes',
    async (path, prepare) => {
      const app = await boot(
        [MeshModule.forRoot(await sidecarToEcho())],
        { controllers: [Gateway] },
        prepare,
      );
      const received = { 'x-request-id': 'r1', traceparent: '00-1-2-01', 'x-b3-traceid': 't1' };
      const response = await ask(app, path, { ...received, authorization: 'Bearer secret' });
      const { headers } = (await response.json()) as Echo;
      expect(headers).toMatchObject(received);
      expect(headers).not.toHaveProperty('authorization');
    },
  );

  it("puts the app's own trace in the place of the received one, and keeps the request id", async () => {
    const app = await boot(
      [
        TracingModule.forRoot({ service: 'gateway', exporter: 'none' }),
        MeshModule.forRoot(await sidecarToEcho()),
      ],
      { controllers: [Gateway] },
    );
    const trace = 'a'.repeat(32);
    const received = { 'x-request-id': 'r1', traceparent: `00-${trace}-${'b'.repeat(16)}-01`, b3: '0' };
    const { headers } = (await (await ask(app, '/users/1', received)).json()) as Echo;
    expect(headers['x-request-id']).toBe('r1');
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${trace}-(?!b{16})[0-9a-f]{16}-01$`));
    expect(headers).not.toHaveProperty('b3');
  });

  it('answers 502 for a failed call and 503 for a missing sidecar, with ResilienceModule', async () => {
    const upstream = await serve(json(404, {}));
    const sidecar = await serveSidecar({ 'user-service.shop.svc.cluster.local': upstream.port });
    const options = { proxy: sidecar.url, namespace: 'shop' };
    const app = await boot([ResilienceModule.forRoot(), MeshModule.forRoot(options)], {
      controllers: [Gateway],
    });
    expect((await ask(app, '/users/1', {})).status).toBe(502);
    await stopServers();
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const response = await fetch(`http://127.0.0.1:${port}/users/1`, { headers: { connection: 'close' } });
    expect([response.status, await response.json()]).toEqual([
      503,
      { statusCode: 503, message: 'Service Unavailable', code: 'MESH_UNAVAILABLE' },
    ]);
  });
});

describe('the boot of an app in a mesh', () => {
  it('waits for the sidecar', async () => {
    const answers = [503, 503, 200];
    const ready = await serve((_request, response) => response.writeHead(answers.shift() ?? 500).end());
    await boot([MeshModule.forRoot({ waitFor: { url: `${ready.url}/healthz/ready` } })]);
    expect(ready.seen.map(({ url }) => url)).toEqual(Array(3).fill('/healthz/ready'));
  });

  it('fails with the reason when the sidecar does not come', async () => {
    const gone = await serve(echo);
    await stopServers();
    const error = await failureOf(
      boot([MeshModule.forRoot({ waitFor: { url: gone.url, timeout: '50ms' } })]),
    );
    expect(error).toBeInstanceOf(MeshNotReadyError);
    expect(error.message).toMatch(/^The sidecar was not ready at \S+ within 50 ms: connect ECONNREFUSED/);
  });
});
