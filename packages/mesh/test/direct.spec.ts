import { once } from 'node:events';
import { type IncomingMessage, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  DiscoveryModule,
  LoadBalancer,
  memoryRegistry,
  type NewInstance,
  ServiceRegistry,
} from '@rookery/discovery';
import { ResilienceModule, type ResilienceOptions } from '@rookery/resilience';
import {
  MeshClient,
  MeshModule,
  type MeshOptions,
  MeshUnavailableError,
  PeerIdentityError,
  secureServer,
  type SecureServerOptions,
  WorkloadIdentity,
} from '../src/index.js';
import {
  Authority,
  HOUR_MS,
  IdentityFolder,
  idOf,
  type Issued,
  removeDirectories,
  selfSigned,
} from './authority.js';
import { echo, type Echo, failureOf, json, serve, stopServers } from './servers.js';

const apps: INestApplicationContext[] = [];
const servers: (Server | TcpServer)[] = [];
const identities: WorkloadIdentity[] = [];
let authority: Authority;

beforeAll(() => {
  Logger.overrideLogger(false);
  authority = new Authority();
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await stopServers();
  await Promise.all(
    servers.splice(0).map((server) => {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      return once(server, 'close');
    }),
  );
  await Promise.all(identities.splice(0).map((identity) => identity.close()));
});
afterAll(removeDirectories);

/** An app in the mode `direct`, and the registry that it finds services in. */
async function boot(options: MeshOptions = {}, resilience: ResilienceOptions = {}) {
  const module = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot(resilience),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), service: 'caller', advertise: false }),
      MeshModule.forRoot({ mode: 'direct', ...options }),
    ],
  }).compile();
  apps.push(module);
  const registry = module.get(ServiceRegistry);
  const list = (port: number, more: Partial<NewInstance> = {}) =>
    registry.register({ service: 'users', host: '127.0.0.1', port, ...more });
  return { app: module, mesh: module.get(MeshClient), list };
}

/** A server of mutual TLS with a certificate; `seen` are the requests that reached it. */
async function serveTls(
  issued: Issued,
  more: Partial<SecureServerOptions> = {},
  listener: RequestListener = echo,
) {
  const identity = await WorkloadIdentity.open(new IdentityFolder(issued, authority.bundle).options);
  identities.push(identity);
  const seen: IncomingMessage[] = [];
  const server = createServer(identity.serverOptions, (request, response) => {
    seen.push(request);
    listener(request, response);
  });
  secureServer(server, identity, more);
  return { seen, port: await listening(server) };
}

/** A server that says it is somebody whom no identity would be made for. */
async function serveImpostor(issued: Issued) {
  const seen: IncomingMessage[] = [];
  const { certificate: cert, key } = issued;
  const server = createServer({ cert, key }, (request, response) => {
    seen.push(request);
    response.end();
  });
  return { seen, port: await listening(server) };
}

async function listening(server: Server | TcpServer): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const caller = () => new IdentityFolder(authority.issue({ uris: [idOf('caller')] }), authority.bundle);

describe('a direct call', () => {
  it('goes to an instance that is registered, under the name of the service', async () => {
    const { mesh, list } = await boot();
    const { port } = await serve(echo);
    await list(port);
    const answer = await mesh.call<Echo>('users', 'users/find', { id: 1 });
    expect(answer).toMatchObject({ url: '/users/find', body: '{"id":1}', headers: { host: 'users' } });
  });

  it('goes to another instance when the first cannot be reached, whatever it does', async () => {
    const { mesh, list } = await boot();
    const gone = await serve(echo);
    await stopServers();
    const { port, seen } = await serve(echo);
    await list(gone.port);
    await list(port);
    for (let call = 0; call < 10; call += 1) await mesh.call('users', 'create', { call });
    expect(seen).toHaveLength(10);
  });

  it.each([
    ['a GET', { verb: 'GET' } as const, 2],
    ['a POST', {}, 1],
    ['a POST that may be executed twice', { idempotent: true }, 2],
  ])('that failed is tried on another instance when it is safe: %s', async (_what, options, times) => {
    const { mesh, list } = await boot();
    const failing = await serve(json(503, {}));
    const other = await serve(json(503, {}));
    await list(failing.port);
    await list(other.port);
    await failureOf(mesh.call('users', 'find', undefined, options));
    const tries = failing.seen.length + other.seen.length;
    expect(Math.min(tries, 2)).toBe(times);
    if (times === 2) expect([failing.seen.length > 0, other.seen.length > 0]).toEqual([true, true]);
  });

  it('asks the instance for its load, by which the next is chosen', async () => {
    const { mesh, list, app } = await boot();
    const { port, seen } = await serve((_request, response) =>
      response.setHeader('x-rookery-load', '0.75').end('{}'),
    );
    await list(port);
    await mesh.call('users', 'find');
    expect(seen[0]?.headers['x-rookery-load']).toBe('ask');
    const [report] = app.get(LoadBalancer).status();
    // It is forgotten as time goes by.
    expect(report?.instances[0]?.utilization).toBeGreaterThan(0.7);
  });

  it('is guarded by the policy that its service has, and others by none of it', async () => {
    const policies = { patient: { retry: { attempts: 5, backoff: { delay: 1 } } } };
    const { mesh, list } = await boot({ policies: { users: 'patient' }, retries: 0 }, { policies });
    const users = await serve(json(503, {}));
    const orders = await serve(json(503, {}));
    await list(users.port);
    await list(orders.port, { service: 'orders' });
    for (const service of ['users', 'orders'])
      await failureOf(mesh.call(service, 'find', undefined, { verb: 'GET' }));
    expect([users.seen.length, orders.seen.length]).toEqual([5, 1]);
  });

  it('refuses a policy that is not there at boot, by name', async () => {
    await expect(boot({ policies: { users: 'patient' } })).rejects.toThrow(
      'MeshModule.forRoot: policies.users: There is no policy "patient". Define it in ResilienceModule.forRoot({ policies }).',
    );
  });

  it('says that there is nobody', async () => {
    const { mesh } = await boot({ retries: 0 });
    await expect(mesh.call('users', 'find')).rejects.toMatchObject({ code: 'NO_INSTANCES' });
  });

  it('says that no answer came, without speaking of sidecars', async () => {
    const { mesh, list } = await boot({ retries: 0 });
    const gone = await serve(echo);
    await stopServers();
    await list(gone.port);
    const error = await failureOf(mesh.call('users', 'find'));
    expect(error).toBeInstanceOf(MeshUnavailableError);
    expect(error).toMatchObject({ sent: false });
    expect(error.message).not.toContain('sidecar');
  });

  it('needs discovery, and says so at boot', async () => {
    const app = Test.createTestingModule({ imports: [MeshModule.forRoot({ mode: 'direct' })] }).compile();
    await expect(app).rejects.toThrow(
      "MeshModule.forRoot: mode: 'direct' finds nobody. Import DiscoveryModule.forRoot().",
    );
  });
});

describe('a direct call with an identity', () => {
  it('is mutual TLS, over a connection that is kept', async () => {
    const { mesh, list } = await boot({ identity: caller().options });
    const callers: string[] = [];
    const { port, seen } = await serveTls(authority.issue(), { callers: (id) => callers.push(id) > 0 });
    await list(port, { protocol: 'https' });
    for (let call = 0; call < 3; call += 1) await mesh.call('users', 'find', { call });
    expect(seen).toHaveLength(3);
    expect(callers).toEqual([idOf('caller')]);
  });

  it('is never sent in plain text', async () => {
    const { mesh, list } = await boot({ identity: caller().options, retries: 0 });
    const { port, seen } = await serve(echo);
    await list(port);
    await expect(mesh.call('users', 'find')).rejects.toMatchObject({ code: 'NO_INSTANCES' });
    expect(seen).toHaveLength(0);
  });

  it('takes the id that a function says', async () => {
    const spiffeId = (service: string) => `spiffe://example.org/${service}`;
    const { mesh, list } = await boot({ identity: caller().options, spiffeId, retries: 0 });
    const { port } = await serveTls(authority.issue({ uris: ['spiffe://example.org/users'] }));
    await list(port, { protocol: 'https' });
    await expect(mesh.call('users', 'find')).resolves.toBeDefined();
  });

  const day = 24 * HOUR_MS;
  it.each<[string, () => Issued]>([
    ['untrusted', () => new Authority('stranger').issue()],
    ['self-signed', () => selfSigned(idOf('users'))],
    [
      'expired',
      () => authority.issue({ from: new Date(Date.now() - day), to: new Date(Date.now() - HOUR_MS) }),
    ],
    ['not yet valid', () => authority.issue({ from: new Date(Date.now() + HOUR_MS) })],
    ['wrong purpose', () => authority.issue({ usage: 'clientAuth' })],
    ['several ids', () => authority.issue({ uris: [idOf('users'), idOf('admin')] })],
    ['no id', () => authority.issue({ uris: [] })],
    ['no id', () => authority.issue({ uris: ['https://example.org/users'] })],
    ['wrong id', () => authority.issue({ uris: [idOf('orders')] })],
    ['wrong id', () => authority.issue({ uris: ['spiffe://evil.example/ns/default/sa/users'] })],
    ['not a workload', () => authority.issue({ ca: true })],
  ])('sends nothing to a server whose certificate is: %s', async (problem, issue) => {
    const { mesh, list } = await boot({ identity: caller().options, retries: 0 });
    const { port, seen } = await serveImpostor(issue());
    await list(port, { protocol: 'https' });
    const error = await failureOf(mesh.call('users', 'find', { password: 'secret' }));
    expect(error).toBeInstanceOf(PeerIdentityError);
    expect(error).toMatchObject({ problem, expected: idOf('users'), status: 503 });
    expect(seen).toHaveLength(0);
  });

  it('passes an impostor over for one who is the service', async () => {
    const { mesh, list } = await boot({ identity: caller().options });
    const impostor = await serveImpostor(authority.issue({ uris: [idOf('orders')] }));
    const { port, seen } = await serveTls(authority.issue());
    await list(impostor.port, { protocol: 'https' });
    await list(port, { protocol: 'https' });
    for (let call = 0; call < 10; call += 1) await mesh.call('users', 'create', { call });
    expect([seen.length, impostor.seen.length]).toEqual([10, 0]);
  });

  it('was surely not sent when the connection ends before the proof', async () => {
    const { mesh, list } = await boot({ identity: caller().options, retries: 0 });
    const cutting = createTcpServer((socket) => socket.once('data', () => socket.destroy()));
    await list(await listening(cutting), { protocol: 'https' });
    const error = await failureOf(mesh.call('users', 'create', {}));
    expect(error).toBeInstanceOf(MeshUnavailableError);
    expect(error).toMatchObject({ sent: false });
  });

  it('never takes a connection that was made for another service to the same address', async () => {
    const { mesh, list } = await boot({ identity: caller().options, retries: 0 });
    const { port, seen } = await serveTls(authority.issue());
    await list(port, { protocol: 'https' });
    await list(port, { protocol: 'https', service: 'orders' });
    await mesh.call('users', 'find');
    const error = await failureOf(mesh.call('orders', 'find'));
    expect(error).toMatchObject({
      problem: 'wrong id',
      expected: idOf('orders'),
      presented: [idOf('users')],
    });
    expect(seen).toHaveLength(1);
  });
});

describe('a server with an identity', () => {
  it.each<[string, () => Issued]>([
    ['of another authority', () => new Authority('stranger').issue({ uris: [idOf('caller')] })],
    ['of another trust domain', () => authority.issue({ uris: ['spiffe://evil.example/caller'] })],
    ['for servers only', () => authority.issue({ usage: 'serverAuth' })],
    ['with two ids', () => authority.issue({ uris: [idOf('caller'), idOf('admin')] })],
    ['that has expired', () => authority.issue({ to: new Date(Date.now() - 1_000) })],
    ['that is not valid yet', () => authority.issue({ from: new Date(Date.now() + HOUR_MS) })],
    ['that is self-signed', () => selfSigned(idOf('caller'))],
    ['without an id', () => authority.issue({ uris: [] })],
    ['of an authority, which is no workload', () => authority.issue({ uris: [idOf('caller')], ca: true })],
  ])('reads nothing of a caller with a certificate %s', async (_what, issue) => {
    const { port, seen } = await serveTls(authority.issue());
    await expect(requestWith(port, issue())).rejects.toThrow();
    expect(seen).toHaveLength(0);
  });

  it('reads nothing of a caller without a certificate', async () => {
    const { port, seen } = await serveTls(authority.issue());
    await expect(requestWith(port)).rejects.toThrow();
    expect(seen).toHaveLength(0);
  });

  it('serves the callers that it is told to, and tells who was refused', async () => {
    const refused: unknown[] = [];
    const log = { debug() {}, warn: (_message: string, facts: unknown) => void refused.push(facts) };
    const { port, seen } = await serveTls(authority.issue(), { callers: (id) => id === idOf('orders'), log });
    await requestWith(port, authority.issue({ uris: [idOf('orders')] }));
    await expect(requestWith(port, authority.issue({ uris: [idOf('caller')] }))).rejects.toThrow();
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(refused)).toContain(idOf('caller'));
  });
});

/** A request by Node's own client, with a certificate or without. */
async function requestWith(port: number, issued?: Issued): Promise<number> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    request({
      host: '127.0.0.1',
      port,
      agent: false,
      ca: authority.bundle,
      checkServerIdentity: () => undefined,
      ...(issued && { cert: issued.certificate, key: issued.key }),
    })
      .on('response', (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end();
  });
}
