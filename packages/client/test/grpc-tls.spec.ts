import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { GrpcClientModule, type GrpcClientOptions, type GrpcTlsOptions } from '@rookery/client/grpc';
import {
  Authority,
  HOUR_MS,
  type Issued,
  newDirectory,
  removeDirectories,
} from '../../mesh/test/authority.js';
import { eventually } from '@rookery/testing';
import { failureOf } from './grpc-support.js';
import { bootNumbers, closeStreams, serveNumbers, STREAMS_PROTO, valuesOf } from './streams-support.js';

const pem = (text: string) => Buffer.from(text);
const named = { dns: ['numbers.internal'], uris: [] };

let authority: Authority;
let stranger: Authority;

beforeAll(() => {
  authority = new Authority('ours');
  stranger = new Authority('theirs');
});
afterEach(closeStreams);
afterAll(removeDirectories);

async function serve({ certificate, key }: Issued, clientsMust = false): Promise<number> {
  const pair = { cert_chain: pem(certificate), private_key: pem(key) };
  const { port } = await serveNumbers(
    {},
    ServerCredentials.createSsl(pem(authority.bundle), [pair], clientsMust),
  );
  return port;
}

/** What a client with these options meets at a server with this certificate. */
async function call(port: number, tls: GrpcTlsOptions): Promise<unknown> {
  const { client } = await bootNumbers([port], { retries: 0, tls }, { protocol: 'grpcs' });
  expect(await valuesOf(client.serverStream('Count', { to: 2 }))).toEqual([1, 2]);
  return client.call('Square', { value: 3 });
}

describe('a gRPC client over TLS', () => {
  it('calls a server that is certified under the name that is wanted', async () => {
    const port = await serve(authority.issue(named));
    expect(await call(port, { ca: pem(authority.bundle), serverName: 'numbers.internal' })).toMatchObject({
      value: 9,
    });
  });

  it.each<[string, () => Issued, () => GrpcTlsOptions, RegExp]>([
    [
      'another authority',
      () => stranger.issue(named),
      () => ({ ca: pem(authority.bundle), serverName: 'numbers.internal' }),
      /unable to (verify the first|get local issuer) certificate/,
    ],
    [
      'authorities of the system only',
      () => authority.issue(named),
      () => ({ serverName: 'numbers.internal' }),
      /unable to (verify the first|get local issuer) certificate|self-signed/,
    ],
    [
      'a certificate that has ended',
      () => authority.issue({ ...named, to: new Date(Date.now() - HOUR_MS / 2) }),
      () => ({ ca: pem(authority.bundle), serverName: 'numbers.internal' }),
      /certificate has expired/,
    ],
    [
      'another name',
      () => authority.issue({ ...named, dns: ['letters.internal'] }),
      () => ({ ca: pem(authority.bundle), serverName: 'numbers.internal' }),
      /numbers\.internal. is not in the cert.s altnames/,
    ],
    [
      'no name at all where the host is an address',
      () => authority.issue(named),
      () => ({ ca: pem(authority.bundle) }),
      /127\.0\.0\.1 is not in the cert.s list/,
    ],
  ])('refuses a server with %s, and says why', async (_what, certificate, tls, reason) => {
    const port = await serve(certificate());
    const error = await failureOf(call(port, tls()));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', sent: false });
    expect((error as Error).message).toMatch(reason);
  });

  it('proves who it is to a server that asks', async () => {
    const port = await serve(authority.issue(named), true);
    const trust = { ca: pem(authority.bundle), serverName: 'numbers.internal' };
    const { certificate, key } = authority.issue({ name: 'orders' });
    expect(await call(port, { ...trust, cert: pem(certificate), key: pem(key) })).toMatchObject({ value: 9 });
    expect(await failureOf(call(port, trust))).toMatchObject({ code: 'CONNECTION_FAILED' });
    const other = stranger.issue();
    expect(
      await failureOf(call(port, { ...trust, cert: pem(other.certificate), key: pem(other.key) })),
    ).toMatchObject({ code: 'CONNECTION_FAILED' });
  });

  it('takes the files as they are when a connection is made', async () => {
    const directory = newDirectory();
    const ca = join(directory, 'ca.pem');
    writeFileSync(ca, stranger.bundle);
    const port = await serve(authority.issue(named));
    const { client } = await bootNumbers(
      [port],
      { retries: 0, tls: { ca, serverName: 'numbers.internal' } },
      { protocol: 'grpcs' },
    );
    expect(await failureOf(client.call('Square', { value: 2 }))).toMatchObject({ sent: false });
    writeFileSync(ca, authority.bundle);
    expect(await client.call('Square', { value: 2 })).toMatchObject({ value: 4 });
    writeFileSync(ca, 'nothing');
    expect(await client.call('Square', { value: 3 })).toMatchObject({ value: 9 });
  });

  it('proves itself with renewed files when the server has ended the connection', async () => {
    const directory = newDirectory();
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const renew = (name: string) => {
      const issued = authority.issue({ name });
      writeFileSync(cert, issued.certificate);
      writeFileSync(key, issued.key);
    };
    const peers: unknown[] = [];
    const { certificate, key: serverKey } = authority.issue(named);
    const pair = { cert_chain: pem(certificate), private_key: pem(serverKey) };
    const { server, port } = await serveNumbers(
      {
        Square(asked, done) {
          peers.push(asked.getAuthContext().sslPeerCertificate?.subject.CN);
          done(null, { value: 1 });
        },
      },
      ServerCredentials.createSsl(pem(authority.bundle), [pair], true),
    );
    renew('orders-1');
    const tls = { ca: pem(authority.bundle), serverName: 'numbers.internal', cert, key };
    const { client } = await bootNumbers([port], { retries: 0, tls }, { protocol: 'grpcs' });
    await client.call('Square', {});
    renew('orders-2');
    await client.call('Square', {});
    server.drain(`127.0.0.1:${port}`, 0);
    // Calls that meet the end of the connection may fail.
    await eventually('the new one is shown', async () => {
      await client.call('Square', {}).catch(() => undefined);
      return peers.at(-1) === 'orders-2';
    });
    expect(new Set(peers.slice(0, 2))).toEqual(new Set(['orders-1']));
  });

  it('never calls an instance that does not encrypt', async () => {
    const { port } = await serveNumbers();
    const { client } = await bootNumbers([port], { retries: 0, tls: { ca: pem(authority.bundle) } });
    expect(((await failureOf(client.call('Square', {}))) as Error).message).toContain(
      'none that this call can go to',
    );
  });
});

describe('TLS options', () => {
  const numbers: GrpcClientOptions = { service: 'numbers', package: 'streams', protoPath: STREAMS_PROTO };

  it.each<[Partial<GrpcClientOptions>, string]>([
    [{ tls: { ca: '' } }, '[0].tls.ca: Invalid value "". Use the path of a PEM file'],
    [{ tls: { cert: 'a.pem' } }, '[0].tls.key: Missing. Give cert and key together.'],
    [{ tls: { key: 'a.pem' } }, '[0].tls.cert: Missing.'],
    [{ tls: { serverName: 'a b' } }, '[0].tls.serverName: Invalid value "a b".'],
    [{ tls: { rejectUnauthorized: false } as never }, '[0].tls.rejectUnauthorized: Unknown option.'],
    [{ tls: {}, url: 'http://numbers:1' }, '[0].url: With tls, use an https URL'],
    [{ maxReceiveMessageLength: 0 }, '[0].maxReceiveMessageLength: Invalid value 0.'],
    [{ keepalive: { time: '1ms' } }, '[0].keepalive.time: Invalid value "1ms".'],
  ])('are refused by path: %j', (options, message) => {
    expect(() => GrpcClientModule.forFeature([{ ...numbers, ...options }])).toThrow(message);
  });

  it.each<[string, () => GrpcTlsOptions, RegExp]>([
    [
      'a file that is not there',
      () => ({ ca: '/no/such.pem' }),
      /\[0\]\.tls\.ca: \/no\/such\.pem cannot be read: ENOENT/,
    ],
    [
      'what is no certificate',
      () => ({ ca: pem('hello') }),
      /\[0\]\.tls\.ca: It holds no certificate in PEM form/,
    ],
    [
      'a key of another certificate',
      () => ({ cert: pem(authority.issue().certificate), key: pem(authority.issue().key) }),
      /\[0\]\.tls\.key: It does not belong to the certificate of cert/,
    ],
    [
      'what is no key',
      () => ({ cert: pem(authority.issue().certificate), key: pem('secret') }),
      /\[0\]\.tls\.key: It holds no private key in PEM form/,
    ],
    [
      'a certificate that has ended',
      () => {
        const { certificate, key } = authority.issue({ to: new Date(Date.now() - HOUR_MS / 2) });
        return { cert: pem(certificate), key: pem(key) };
      },
      /\[0\]\.tls\.cert: The certificate ended on /,
    ],
  ])('refuse at boot %s', async (_what, tls, message) => {
    await expect(bootNumbers([], { tls: tls() })).rejects.toThrow(message);
  });
});
