import { type ChannelCredentials, credentials, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { systemClock, systemRandom } from '@rookery/common';
import { memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { locateWith, XdsServer } from '../src/xds/index.js';
import { resolveXdsServerOptions } from '../src/xds/xds-server.options.js';
import {
  Authority,
  HOUR_MS,
  IdentityFolder,
  type Issued,
  removeDirectories,
  type Wanted,
} from './authority.js';
import { failureOf } from './servers.js';
import { XdsTestClient } from './xds-client.js';

const open: { close(): Promise<void> }[] = [];
let authority: Authority;

beforeAll(() => {
  // grpc-js writes of its own accord when a handshake fails.
  setLogVerbosity(logVerbosity.NONE);
  authority = new Authority();
});
afterAll(() => {
  setLogVerbosity(logVerbosity.ERROR);
  removeDirectories();
});
afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close();
});

const forServer = (wanted: Wanted = {}) => authority.issue({ dns: ['localhost'], ...wanted });

/** A server with a certificate for `localhost`, which wants one of its clients or does not. */
async function exporting(wantsClients: boolean) {
  const warned: string[] = [];
  const folder = new IdentityFolder(forServer(), authority.bundle);
  const { certificate, key, trustBundle } = folder.options;
  const tls = { certificate, key, ...(wantsClients && { clientAuthorities: trustBundle }) };
  const registry = new ServiceRegistry({ backend: memoryRegistry() });
  const server = new XdsServer(resolveXdsServerOptions({ port: 0, host: 'localhost', tls }), {
    registry,
    locate: locateWith(undefined),
    clock: systemClock,
    random: systemRandom,
    log: { debug() {}, warn: (_message, facts) => void warned.push(JSON.stringify(facts)) },
  });
  open.push(registry, server);
  await server.listen();
  return { server, folder, warned };
}

/** What a client with these credentials gets: the name of the cluster that it has asked for, or an error. */
async function ask(port: number, security: ChannelCredentials): Promise<unknown> {
  const client = new XdsTestClient(port, 'StreamAggregatedResources', security, 'localhost');
  open.push(client);
  client.ask('cluster', ['users']);
  const error = client.ended.then((ended) => ended?.details ?? 'ended');
  const answer = client.next().then(({ resources }) => resources[0]?.['name']);
  return Promise.race([answer, error]);
}

const trusting = (bundle: string, own?: Issued) =>
  own
    ? credentials.createSsl(Buffer.from(bundle), Buffer.from(own.key), Buffer.from(own.certificate))
    : credentials.createSsl(Buffer.from(bundle));

describe('an xDS server with a certificate', () => {
  it('is asked over TLS, by everybody who trusts it, and in plain text by nobody', async () => {
    const { server } = await exporting(false);
    expect(await ask(server.port, trusting(authority.bundle))).toBe('users');
    expect(await ask(server.port, credentials.createInsecure())).not.toBe('users');
    expect(await ask(server.port, trusting(new Authority('stranger').bundle))).toContain('certificate');
  });

  it.each<[string, () => Issued | undefined]>([
    ['none', () => undefined],
    ['one of another authority', () => new Authority('stranger').issue()],
    ['one that is over', () => authority.issue({ to: new Date(Date.now() - 1_000) })],
    ['one that has not begun', () => authority.issue({ from: new Date(Date.now() + HOUR_MS) })],
    ['one for servers only', () => authority.issue({ usage: 'serverAuth' })],
  ])('that wants one of its clients tells nothing to who has %s', async (_what, issue) => {
    const { server } = await exporting(true);
    expect(await ask(server.port, trusting(authority.bundle, issue()))).not.toBe('users');
    expect(server.clients).toBe(0);
  });

  it('that wants one of its clients tells those who have one', async () => {
    const { server } = await exporting(true);
    expect(await ask(server.port, trusting(authority.bundle, authority.issue()))).toBe('users');
  });

  it('proves the renewed one from the next connection on, and waits for files that fit together', async () => {
    const { server, folder, warned } = await exporting(false);
    const other = new Authority('other');
    const next = other.issue({ dns: ['localhost'] });
    folder.write({ certificate: next.certificate, key: forServer().key }, authority.bundle);
    await eventually('it is told', () => warned.length > 0);
    expect(warned.join()).toContain('It is not the key of the certificate');
    expect(await ask(server.port, trusting(authority.bundle))).toBe('users');
    folder.write(next, authority.bundle);
    await eventually(
      'it is in use',
      async () => (await ask(server.port, trusting(other.bundle))) === 'users',
      { within: 15_000 },
    );
  });

  it('does not start without one', async () => {
    const registry = new ServiceRegistry({ backend: memoryRegistry() });
    const settings = resolveXdsServerOptions({ port: 0, tls: { certificate: '/no/cert', key: '/no/key' } });
    const parts = { registry, locate: locateWith(undefined), clock: systemClock, random: systemRandom };
    const server = new XdsServer(settings, { ...parts, log: { debug() {}, warn() {} } });
    open.push(registry, server);
    expect(await failureOf(server.listen())).toMatchObject({
      code: 'IDENTITY_FILES',
      message: expect.stringContaining('/no/cert: It cannot be read') as string,
    });
  });
});
