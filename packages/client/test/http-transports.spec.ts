import { type RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { isRookeryError } from '@rookery/common';
import { eventually } from '@rookery/testing';
import { boot, closeAll, failureOf, serve, serveRaw, TRANSPORTS } from './transport-support.js';

afterEach(closeAll);

const JSON_TYPE = { 'content-type': 'application/json' };
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { ...JSON_TYPE, ...headers }).end(JSON.stringify(body));

/** Bytes that become 256 MiB. */
const bomb = () => gzipSync(Buffer.alloc(256 * 1024 * 1024), { level: 9 });

describe.each(TRANSPORTS)('over %s', (transport) => {
  const start = (ports: readonly number[], options = {}) => boot(ports, { transport, ...options });

  it.each([200, 201, 203, 206])('takes %p for a success', async (status) => {
    const { port } = await serve(json(status, { ok: true }, { 'x-tenant': 'a' }));
    const { client } = await start([port]);
    expect(await client.request('GET', '/')).toMatchObject({
      status,
      headers: { 'x-tenant': 'a', 'content-type': 'application/json' },
      body: { ok: true },
    });
  });

  it.each([301, 302, 303, 307, 308])('follows no %p, and tells nobody else what it knows', async (status) => {
    const other = await serve(json(200, 'elsewhere'));
    const { port, seen } = await serve((_request, response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${other.port}/` }).end(),
    );
    const { client } = await start([port]);
    const options = { headers: { authorization: 'Bearer secret' } };
    expect(await failureOf(client.get('/', options))).toMatchObject({ code: 'HTTP_STATUS', status });
    expect(await failureOf(client.post('/', { a: 1 }, options))).toMatchObject({ status });
    expect(seen).toHaveLength(2);
    expect(other.seen).toEqual([]);
  });

  it.each([400, 401, 404, 409, 422, 429, 500, 503])('rejects %p with the body', async (status) => {
    const { port } = await serve(json(status, { message: 'no' }, { 'retry-after': '7' }));
    const { client } = await start([port]);
    expect(await failureOf(client.post('/', {}))).toMatchObject({
      code: 'HTTP_STATUS',
      status,
      body: { message: 'no' },
      retryAfterMs: 7_000,
    });
  });

  it('reads past early hints', async () => {
    const { port } = await serve((request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      json(200, 'there')(request, response);
    });
    const { client } = await start([port]);
    expect(await client.get('/')).toBe('there');
  });

  it('takes the head alone of HEAD, however long the body would be', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': 10 ** 9, 'x-id': '7' }).end(),
    );
    const { client } = await start([port]);
    const { status, headers, body } = await client.request('HEAD', '/');
    expect([status, headers['x-id'], body]).toEqual([200, '7', undefined]);
  });

  it('reads a text without its byte order mark', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, JSON_TYPE).end('\uFEFF{"a":"é"}'),
    );
    const { client } = await start([port]);
    expect(await client.get('/')).toEqual({ a: 'é' });
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('reads %s', async (encoding, compress) => {
    const body = compress(JSON.stringify({ name: 'Ada'.repeat(10_000) }));
    const { port, seen } = await serve((_request, response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(body),
    );
    const { client } = await start([port]);
    expect(await client.get('/')).toEqual({ name: 'Ada'.repeat(10_000) });
    expect(seen[0]?.headers['accept-encoding']).toBe('gzip, deflate, br, zstd');
  });

  it.each(['gzip, gzip', 'compress', 'aes128gcm'])('refuses the encoding %p', async (encoding) => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(gzipSync(gzipSync('1'))),
    );
    const { client } = await start([port]);
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'INVALID_RESPONSE' });
  });

  it('refuses what is not of the encoding that it says', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain'),
    );
    const { client } = await start([port]);
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'INVALID_RESPONSE', form: 'gzip' });
  });

  it('reads no more than the limit, whether or not the length is told', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/told') return response.end('x'.repeat(101));
      response.write('x'.repeat(60));
      setImmediate(() => response.end('x'.repeat(41)));
      return undefined;
    });
    const { client } = await start([port], { maxResponseSize: 100 });
    for (const path of ['/told', '/untold']) {
      const error = await failureOf(client.get(path));
      expect(error).toMatchObject({ code: 'ANSWER_TOO_LARGE', limit: 100 });
      expect(await client.get(path, { maxResponseSize: 101 })).toHaveLength(101);
    }
  });

  it('cuts what becomes too large when it is decompressed, in little memory', async () => {
    const body = bomb();
    expect(body.byteLength).toBeLessThan(300_000);
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
    );
    const { client } = await start([port]);
    await client.request('HEAD', '/');
    const before = process.memoryUsage();
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
    const after = process.memoryUsage();
    const grown = after.external + after.heapUsed - before.external - before.heapUsed;
    expect(grown).toBeLessThan(16 * 1024 * 1024);
  });

  it.each<[string, string]>([
    ['closes without an answer', ''],
    ['closes within the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['closes within the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
    ['closes within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc'],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    [
      'tells two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ],
  ])('fails when the other side %s', async (_what, bytes) => {
    const port = await serveRaw((socket) => socket.end(bytes));
    const { client } = await start([port]);
    const error = await failureOf(client.get('/'));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const { server, port } = await serve(json(200, ''));
    server.close();
    const { client } = await start([port]);
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'CONNECTION_FAILED', sent: false });
  });

  it("ends with the caller's reason, and closes the connection", async () => {
    const { port, seen, sockets } = await serve(() => {});
    const { client } = await start([port]);
    const abort = new AbortController();
    const call = failureOf(client.get('/', { signal: abort.signal }));
    await eventually('it is asked', () => seen.length === 1);
    abort.abort(new Error('changed my mind'));
    expect(await call).toMatchObject({ message: 'changed my mind' });
    await eventually('the connections are closed', () => sockets.size === 0);
  });

  it('ends a call that waits for a connection', async () => {
    const { port, seen } = await serve(() => {});
    const { client } = await start([port], { maxConnections: 1 });
    const abort = new AbortController();
    const calls = [1, 2, 3].map(() => failureOf(client.get('/', { signal: abort.signal })));
    await eventually('it is asked', () => seen.length === 1);
    abort.abort(new Error('changed my mind'));
    for (const call of calls) expect(await call).toMatchObject({ message: 'changed my mind' });
    expect(seen).toHaveLength(1);
  });

  it('ends by the timeout of the call', async () => {
    const { port, sockets } = await serve((_request, response) => response.write('a'));
    const { client } = await start([port]);
    const error = await failureOf(client.get('/', { timeout: 50 }));
    expect(isRookeryError(error, 'TIMEOUT')).toBe(true);
    await eventually('the connections are closed', () => sockets.size === 0);
  });

  it('keeps its connections, and no more than it may', async () => {
    const { port, seen, sockets } = await serve(json(200, ''));
    const { client } = await start([port], { maxConnections: 2 });
    for (let round = 0; round < 3; round += 1)
      await Promise.all(Array.from({ length: 20 }, () => client.get('/')));
    expect(seen).toHaveLength(60);
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('closes its connections with the app, and refuses calls then', async () => {
    const { port, sockets } = await serve(json(200, ''));
    const { app, client } = await start([], { url: `http://127.0.0.1:${port}/base` });
    await client.get('/');
    expect(sockets.size).toBe(1);
    await app.close();
    await eventually('the connections are closed', () => sockets.size === 0);
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  it('sends paths below the base of a fixed URL', async () => {
    const { port, seen } = await serve(json(200, ''));
    const { client } = await start([], { url: `http://127.0.0.1:${port}/base/` });
    await client.get('/users', { query: { page: 2 } });
    expect(seen.map(({ url }) => url)).toEqual(['/base/users?page=2']);
  });
});
