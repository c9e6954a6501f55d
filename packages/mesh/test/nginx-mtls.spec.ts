import { once } from 'node:events';
import { connect } from 'node:net';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { eventually, freePort } from '@rookery/testing';
import { MeshClient, MeshModule, type MeshOptions } from '../src/index.js';
import { Authority, HOUR_MS, IdentityFolder, idOf, removeDirectories, type Wanted } from './authority.js';
import { findNginx } from './nginx.js';
import { startInbound, startOutbound } from './nginx-mtls.js';
import { type Echo, echo, failureOf, type Served, serve, stopServers } from './servers.js';

const nginx = findNginx() ?? '';
const apps: INestApplicationContext[] = [];
const stops: (() => Promise<void>)[] = [];
let authority: Authority;
let users: Served;

/** What proxies look at, as they know no URIs: the host name of a server, the common name of a caller. */
const SERVER: Wanted = { uris: [idOf('users')], dns: ['users.mesh'] };
const CALLER: Wanted = { uris: [idOf('caller')], name: idOf('caller') };
const EXPIRED = { from: new Date(Date.now() - 2 * HOUR_MS), to: new Date(Date.now() - HOUR_MS) };

beforeAll(() => {
  Logger.overrideLogger(false);
  authority = new Authority();
});
beforeEach(async () => {
  users = await serve(echo);
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await stopServers();
});
afterAll(removeDirectories);

async function boot(options: MeshOptions, port?: number): Promise<MeshClient> {
  const module = await Test.createTestingModule({
    imports: [
      DiscoveryModule.forRoot({ registry: memoryRegistry(), service: 'caller', advertise: false }),
      MeshModule.forRoot(options),
    ],
  }).compile();
  apps.push(module);
  const instance = { service: 'users', host: '127.0.0.1', protocol: 'https' };
  if (port !== undefined) await module.get(ServiceRegistry).register({ ...instance, port });
  return module.get(MeshClient);
}

async function inbound(wanted: Wanted = SERVER, signer = authority): Promise<number> {
  const port = await freePort();
  const credentials = { issued: signer.issue(wanted), bundle: authority.bundle };
  stops.push(startInbound(nginx, credentials, { port, app: users.port, caller: idOf('caller') }));
  await eventually('the inbound sidecar listens', () => listens(port));
  return port;
}

/** Rejects while nobody does. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}

/** A client whose sidecar has a certificate, with another sidecar in front of the service. */
async function pair(caller: Wanted = CALLER, server: Wanted = SERVER, signers = [authority, authority]) {
  const [ofCaller = authority, ofServer = authority] = signers;
  const port = await freePort();
  const credentials = { issued: ofCaller.issue(caller), bundle: authority.bundle };
  const other = await inbound(server, ofServer);
  stops.push(startOutbound(nginx, credentials, { port, inbound: other, name: 'users.mesh' }));
  const proxy = `http://127.0.0.1:${port}`;
  return boot({ proxy, waitFor: { url: `${proxy}/healthz/ready`, timeout: '10s' } });
}

(nginx === '' ? describe.skip : describe)('a pair of nginx sidecars with mutual TLS', () => {
  it('carries a call from app to app', async () => {
    const mesh = await pair();
    const answer = await mesh.call<Echo>('users', 'users/find', { id: 1 });
    expect(answer).toMatchObject({ url: '/users/find', body: '{"id":1}' });
    expect(answer.headers['host']).toBe('users.default.svc.cluster.local');
  });

  const stranger = () => new Authority('stranger');
  it.each<[string, number, () => Promise<MeshClient>]>([
    ['a caller of another authority', 400, () => pair(CALLER, SERVER, [stranger(), authority])],
    ['a caller whose certificate has expired', 400, () => pair({ ...CALLER, ...EXPIRED })],
    [
      'a caller with the id of somebody else',
      403,
      () => pair({ uris: [idOf('orders')], name: idOf('orders') }),
    ],
    ['a service of another authority', 502, () => pair(CALLER, SERVER, [authority, stranger()])],
    ['a service whose certificate has expired', 502, () => pair(CALLER, { ...SERVER, ...EXPIRED })],
    ['a service with the name of another', 502, () => pair(CALLER, { ...SERVER, dns: ['orders.mesh'] })],
  ])('refuses %s', async (_who, status, start) => {
    const mesh = await start();
    expect(await failureOf(mesh.call('users', 'find', {}))).toMatchObject({ code: 'MESH_STATUS', status });
    expect(users.seen).toHaveLength(0);
  });
});

(nginx === '' ? describe.skip : describe)('a direct call to an nginx sidecar with mutual TLS', () => {
  const identity = (wanted: Wanted = CALLER, signer = authority) =>
    new IdentityFolder(signer.issue(wanted), authority.bundle).options;
  const direct = async (port: number, options = identity()) =>
    boot({ mode: 'direct', identity: options, retries: 0 }, port);

  it('proves who calls and who is called', async () => {
    const mesh = await direct(await inbound());
    expect(await mesh.call<Echo>('users', 'find', {})).toMatchObject({ url: '/find' });
  });

  it.each<[string, Wanted]>([
    ['wrong id', { ...SERVER, uris: [idOf('orders')] }],
    ['several ids', { ...SERVER, uris: [idOf('users'), idOf('orders')] }],
    ['expired', { ...SERVER, ...EXPIRED }],
  ])('is refused by us: %s', async (problem, wanted) => {
    const mesh = await direct(await inbound(wanted));
    const error = await failureOf(mesh.call('users', 'find', {}));
    expect(error).toMatchObject({ code: 'PEER_IDENTITY', problem });
    expect(users.seen).toHaveLength(0);
  });

  it('is refused by the sidecar when the caller is somebody else', async () => {
    const mesh = await direct(await inbound(), identity({ uris: [idOf('orders')], name: idOf('orders') }));
    expect(await failureOf(mesh.call('users', 'find', {}))).toMatchObject({ status: 403 });
    expect(users.seen).toHaveLength(0);
  });
});
