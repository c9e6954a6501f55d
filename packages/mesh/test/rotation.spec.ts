import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { Logger } from '@nestjs/common';
import { noObserver, systemClock } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { LoadBalancer, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { PolicyRegistry } from '@rookery/resilience';
import { eventually } from '@rookery/testing';
import { type IdentityParts, MeshClient, secureServer, WorkloadIdentity } from '../src/index.js';
import { ProvenConnections } from '../src/direct/connections.js';
import { DirectTransport } from '../src/direct/direct-transport.js';
import { IdentityAgents } from '../src/direct/identity-agents.js';
import { serviceAccountIds } from '../src/identity/spiffe-id.js';
import { Authority, IdentityFolder, idOf, type Issued, removeDirectories } from './authority.js';
import { failureOf } from './servers.js';

const closing: (() => unknown)[] = [];

beforeAll(() => void Logger.overrideLogger(false));
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(removeDirectories);

async function open(folder: IdentityFolder, parts: IdentityParts = {}): Promise<WorkloadIdentity> {
  const identity = await WorkloadIdentity.open(folder.options, parts);
  closing.push(() => identity.close());
  return identity;
}

async function serve(
  identity: WorkloadIdentity,
  listener = (_request: IncomingMessage) => {},
): Promise<Server> {
  const server = createServer(identity.serverOptions, (incoming, response) => {
    listener(incoming);
    response.end('"fine"');
  });
  secureServer(server, identity);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
    return once(server, 'close');
  });
  return server;
}

/** A client that makes each call once, so that no retry hides a failure. */
async function clientOf(identity: WorkloadIdentity, server: Server, idleMs = 4_000): Promise<MeshClient> {
  const registry = new ServiceRegistry({ backend: memoryRegistry() });
  closing.push(() => registry.close());
  const { port } = server.address() as AddressInfo;
  await registry.register({ service: 'users', host: '127.0.0.1', port, protocol: 'https' });
  const agents = new IdentityAgents(identity, serviceAccountIds('example.org', 'default'), idleMs);
  const connections = new ProvenConnections(agents, undefined);
  closing.push(() => connections.close());
  return new MeshClient({
    transport: new DirectTransport(new LoadBalancer(registry), connections, systemClock, 0),
    authorityOf: (service) => service,
    timeoutMs: 20_000,
    headers: {},
    policies: new PolicyRegistry(),
    observer: noObserver,
    clock: systemClock,
    log: { debug() {}, warn() {} },
  });
}

/** Calls as fast as answers come, by so many callers at once, until it is ended. */
function callWithoutEnd(mesh: MeshClient, callers: number) {
  const tally = {
    done: false,
    answered: 0,
    failed: [] as unknown[],
    end: async () => {
      tally.done = true;
      await Promise.all(loads);
    },
  };
  const load = async () => {
    while (!tally.done) {
      await mesh.call('users', 'create', { n: tally.answered }).then(
        () => (tally.answered += 1),
        (error: unknown) => tally.failed.push(error),
      );
      await turn();
    }
  };
  const loads = Array.from({ length: callers }, load);
  return tally;
}

describe('an identity that is renewed', () => {
  const ROTATIONS = 100;
  const CALLERS = 4;

  it('100 times under load, authorities included, fails no call and leaves no connection behind', async () => {
    // All of them are believed throughout, as the old and the new are during a change.
    const authorities = [new Authority('a'), new Authority('b'), new Authority('c')] as const;
    const bundle = authorities.map((authority) => authority.bundle).join('');
    const pairBy = (authority: Authority) => ({
      users: authority.issue(),
      caller: authority.issue({ uris: [idOf('caller')] }),
    });
    const first = pairBy(authorities[0]);
    const issued = [first, ...authorities.flatMap((authority) => [pairBy(authority), pairBy(authority)])];
    const folders = [
      new IdentityFolder(first.users, bundle),
      new IdentityFolder(first.caller, bundle),
    ] as const;
    const [ofUsers, ofCaller] = [await open(folders[0]), await open(folders[1])];
    const peers = new Set<string | undefined>();
    const server = await serve(ofUsers, ({ socket }) =>
      peers.add(
        (socket as never as { getPeerCertificate(): { fingerprint: string } }).getPeerCertificate()
          .fingerprint,
      ),
    );
    const mesh = await clientOf(ofCaller, server);

    const tally = callWithoutEnd(mesh, CALLERS);
    for (let rotation = 1; rotation <= ROTATIONS; rotation += 1) {
      const next = issued[rotation % issued.length] ?? first;
      folders[0].write(next.users, bundle);
      folders[1].write(next.caller, bundle);
      await eventually(
        `rotation ${rotation} is in use`,
        () => ofUsers.svid.key === next.users.key && ofCaller.svid.key === next.caller.key,
      );
      const answered = tally.answered;
      await eventually('calls go on', () => tally.answered > answered + CALLERS || tally.failed.length > 0);
    }
    await tally.end();
    expect(tally.failed).toEqual([]);
    expect(tally.answered).toBeGreaterThanOrEqual(ROTATIONS * CALLERS);
    expect(peers.size).toBe(issued.length);
    await eventually('only connections of the last are open', () => ofCaller.lifetimes.size <= CALLERS);
  }, 120_000);
});

describe('an authority that is replaced', () => {
  const CALLERS = 4;

  it('100 times under load, and believed no longer then, fails no call', async () => {
    const authorities = [new Authority('a'), new Authority('b'), new Authority('c')] as const;
    const of = (n: number) => authorities[n % authorities.length] ?? authorities[0];
    const leaves = new Map(
      authorities.map((authority) => [
        authority,
        { users: authority.issue(), caller: authority.issue({ uris: [idOf('caller')] }) },
      ]),
    );
    const leavesOf = (n: number) => leaves.get(of(n)) as { users: Issued; caller: Issued };
    const { users, caller } = leavesOf(0);
    const folders = [
      new IdentityFolder(users, of(0).bundle),
      new IdentityFolder(caller, of(0).bundle),
    ] as const;
    const [ofUsers, ofCaller] = [await open(folders[0]), await open(folders[1])];
    const server = await serve(ofUsers);
    const tally = callWithoutEnd(await clientOf(ofCaller, server), CALLERS);

    /** Both sides have it before the next step: that is the whole art of replacing an authority. */
    const put = async (leaf: { users: Issued; caller: Issued }, bundle: string) => {
      folders[0].write(leaf.users, bundle);
      folders[1].write(leaf.caller, bundle);
      const inUse = ({ svid }: WorkloadIdentity, key: string) =>
        svid.key === key && svid.trustBundle === bundle;
      await eventually(
        'it is in use',
        () => inUse(ofUsers, leaf.users.key) && inUse(ofCaller, leaf.caller.key),
      );
      const { answered } = tally;
      await eventually('calls go on', () => tally.answered > answered + CALLERS || tally.failed.length > 0);
    };
    for (let n = 0; n < 100; n += 1) {
      const both = of(n).bundle + of(n + 1).bundle;
      await put(leavesOf(n), both);
      await put(leavesOf(n + 1), both);
      await put(leavesOf(n + 1), of(n + 1).bundle);
    }
    await tally.end();
    expect(tally.failed).toEqual([]);
    // Whoever still has a certificate of the one before is refused: it is no longer believed.
    const { port } = server.address() as AddressInfo;
    const ask = async ({ certificate, key }: Issued) => {
      const tls = { cert: certificate, key, ca: of(100).bundle, checkServerIdentity: () => undefined };
      const socket = connect({ ...tls, port, host: '127.0.0.1' });
      closing.push(() => socket.destroy());
      const refused = new Promise((resolve) => {
        socket.once('end', () => resolve('refused')).once('error', () => resolve('refused'));
      });
      const answered = new Promise((resolve) => socket.once('data', () => resolve('answered')));
      socket.write('GET / HTTP/1.1\r\nHost: users\r\n\r\n');
      return Promise.race([answered, refused]);
    };
    expect(await ask(leavesOf(100).caller)).toBe('answered');
    expect(await ask(leavesOf(99).caller)).toBe('refused');
  }, 120_000);
});

describe('files that cannot be taken into use', () => {
  it('do no harm: the last identity stays until they fit together', async () => {
    const authority = new Authority();
    const lines: string[] = [];
    const log = {
      debug() {},
      warn: (_message: string, facts: unknown) => void lines.push(JSON.stringify(facts)),
    };
    const folder = new IdentityFolder(authority.issue(), authority.bundle);
    const identity = await open(folder, { log });
    const before = identity.svid;
    const [next, other] = [authority.issue(), authority.issue()];
    folder.write({ certificate: next.certificate, key: other.key }, authority.bundle);
    await eventually('it is told', () => lines.length > 0);
    expect(identity.svid).toBe(before);
    expect(lines.join()).toContain('It is not the key of the certificate');
    expect(lines.join()).not.toContain('PRIVATE KEY');
    folder.write(next, authority.bundle);
    await eventually('it is in use', () => identity.svid.key === next.key);
  });

  it.each<[string, (authority: Authority) => [{ certificate: string; key: string }, string], RegExp]>([
    [
      'another trust domain',
      (a) => [a.issue({ uris: ['spiffe://evil.example/users'] }), a.bundle],
      /exactly one URI/,
    ],
    ['two ids', (a) => [a.issue({ uris: [idOf('a'), idOf('b')] }), a.bundle], /exactly one URI/],
    ['no certificate', (a) => [{ ...a.issue(), certificate: 'none' }, a.bundle], /holds no certificate/],
    ['no key', (a) => [{ ...a.issue(), key: 'none' }, a.bundle], /holds no private key/],
    ['no bundle', (a) => [a.issue(), ''], /bundle\.pem: It holds no certificate/],
    [
      'an end in the past',
      (a) => [a.issue({ to: new Date(Date.now() - 1_000) }), a.bundle],
      /ended at .+ Renew it/,
    ],
  ])('fail the boot: %s', async (_what, make, message) => {
    const folder = new IdentityFolder(...make(new Authority()));
    const refused = await failureOf(WorkloadIdentity.open(folder.options));
    expect(refused).toMatchObject({ code: 'IDENTITY_FILES', message: expect.stringMatching(message) });
  });

  it.each(['certificate', 'key', 'trustBundle'] as const)(
    'fail the boot: no file for the %s',
    async (missing) => {
      const authority = new Authority();
      const { options } = new IdentityFolder(authority.issue(), authority.bundle);
      await expect(WorkloadIdentity.open({ ...options, [missing]: '/no/file' })).rejects.toThrow(
        '/no/file: It cannot be read: ENOENT',
      );
    },
  );
});

describe('a connection whose certificate ends', () => {
  const LIFE_MS = 120_000;

  /** A caller whose certificate ends in two minutes by a clock that a test moves; the kept connection never idles out. */
  async function connected() {
    const authority = new Authority();
    const clock = new VirtualClock(Date.now());
    const to = new Date(Date.now() + LIFE_MS);
    const ofUsers = await open(new IdentityFolder(authority.issue(), authority.bundle));
    const ofCaller = await open(
      new IdentityFolder(authority.issue({ uris: [idOf('caller')], to }), authority.bundle),
      { clock },
    );
    const server = await serve(ofUsers);
    const mesh = await clientOf(ofCaller, server, 0);
    return { clock, ofUsers, ofCaller, server, mesh };
  }

  it('is closed when it is idle', async () => {
    const { clock, ofCaller, mesh } = await connected();
    await mesh.call('users', 'find', {});
    await clock.advance(LIFE_MS - 20_000);
    expect(ofCaller.lifetimes.size).toBe(1);
    await clock.advance(30_000);
    await eventually('it is closed', () => ofCaller.lifetimes.size === 0);
  });

  it('is closed a minute later although a call is under way', async () => {
    const { clock, ofCaller, server, mesh } = await connected();
    server.removeAllListeners('request');
    const arrived = once(server, 'request');
    const call = failureOf(mesh.call('users', 'find', {}));
    await arrived;
    await clock.advance(LIFE_MS + 30_000);
    expect(ofCaller.lifetimes.size).toBe(1);
    await clock.advance(30_000);
    expect(await call).toMatchObject({ code: 'MESH_UNAVAILABLE', sent: true });
    expect(ofCaller.lifetimes.size).toBe(0);
  });

  it('is given up by the server with its next answer, and closed a minute later in any case', async () => {
    const authority = new Authority();
    const clock = new VirtualClock(Date.now());
    const to = new Date(Date.now() + LIFE_MS);
    const ofUsers = await open(new IdentityFolder(authority.issue({ to }), authority.bundle), { clock });
    const server = await serve(ofUsers);
    server.keepAliveTimeout = 0; // for ever: only the certificate ends a connection
    const { certificate, key } = authority.issue({ uris: [idOf('caller')] });
    const { port } = server.address() as AddressInfo;
    const dial = async () => {
      const tls = { cert: certificate, key, ca: authority.bundle, checkServerIdentity: () => undefined };
      const socket = connect({ ...tls, port, host: '127.0.0.1' });
      closing.push(() => socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    };
    const ask = async (socket: TLSSocket) => {
      socket.write('GET / HTTP/1.1\r\nHost: users\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return /^connection: (.+)\r$/im.exec(answer.toString())?.[1];
    };
    const [used, idle] = [await dial(), await dial()];
    expect(await ask(used)).toBe('keep-alive');
    await clock.advance(LIFE_MS + 10_000);
    const closed = [once(used, 'close'), once(idle, 'close')];
    expect(await ask(used)).toBe('close');
    expect(idle.closed).toBe(false);
    await clock.advance(50_000);
    await Promise.all(closed);
    await eventually('both are forgotten', () => ofUsers.lifetimes.size === 0);
  });
});
