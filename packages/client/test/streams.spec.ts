import { once } from 'node:events';
import { type RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Progress } from '@rookery/client';
import { LoadBalancer } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { boot, closeAll, failureOf, serve, TRANSPORTS } from './transport-support.js';

afterEach(closeAll);

const MEGABYTE = 1024 * 1024;

/** Answers with the type and the body that came. */
const echo: RequestListener = (request, response) => {
  response.writeHead(200, {
    'content-type': 'text/plain',
    'x-type': request.headers['content-type'] ?? 'none',
  });
  request.pipe(response);
};

async function* letters() {
  yield 'a';
  yield Buffer.from('b');
  yield 'c';
}

describe.each(TRANSPORTS)('bodies over %s', (transport) => {
  it.each<[string, () => unknown, string, string | RegExp]>([
    ['an object', () => ({ a: 1 }), 'application/json', '{"a":1}'],
    ['a text', () => 'x', 'application/json', '"x"'],
    ['bytes', () => new Uint8Array([97, 98, 99]).subarray(1), 'application/octet-stream', 'bc'],
    ['a Readable', () => Readable.from(['a', 'b']), 'application/octet-stream', 'ab'],
    ['a web stream', () => new Blob(['abc']).stream(), 'application/octet-stream', 'abc'],
    ['an async iterable', letters, 'application/octet-stream', 'abc'],
    ['a blob', () => new Blob(['abc'], { type: 'text/csv' }), 'text/csv', 'abc'],
    [
      'URLSearchParams',
      () => new URLSearchParams({ a: '1 2' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=1+2',
    ],
  ])('send %s', async (_what, body, type, sent) => {
    const { port } = await serve(echo);
    const { client } = await boot([port], { transport });
    const answer = await client.request('POST', '/', { body: body() });
    expect(answer.headers['x-type']).toBe(type);
    expect(answer.body).toBe(sent);
  });

  it('send a form with its boundary', async () => {
    const { port } = await serve(echo);
    const { client } = await boot([port], { transport });
    const form = new FormData();
    form.set('name', 'Ada');
    const { headers, body } = await client.request('POST', '/', { body: form });
    const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(String(headers['x-type'])) ?? [];
    expect(body).toContain(`--${boundary}`);
    expect(body).toContain('Ada');
  });

  it('send a text as it is when its type is said', async () => {
    const { port } = await serve(echo);
    const { client } = await boot([port], { transport });
    const headers = { 'content-type': 'text/csv' };
    expect(await client.post('/', 'a;b', { headers })).toBe('a;b');
  });

  it('send nothing, and no type, without a body', async () => {
    const { port } = await serve(echo);
    const { client } = await boot([port], { transport });
    expect((await client.request('POST', '/')).headers['x-type']).toBe('none');
  });

  it('tell how far they have come, up and down', async () => {
    const { port } = await serve(echo);
    const { client } = await boot([port], { transport });
    const [up, down]: [Progress[], Progress[]] = [[], []];
    const body = Buffer.alloc(MEGABYTE, 'x');
    await client.put('/', body, {
      onUploadProgress: (progress) => void up.push(progress),
      onDownloadProgress: (progress) => void down.push(progress),
    });
    expect(up).toHaveLength(16);
    expect(up.at(-1)).toEqual({ loaded: MEGABYTE, total: MEGABYTE });
    expect(down.at(-1)).toEqual({ loaded: MEGABYTE, total: undefined });
  });

  it('that are streams are sent once, and let go when that fails', async () => {
    const { port, seen } = await serve((request) => request.socket.destroy());
    const { client } = await boot([port], { transport, policy: 'twice' });
    const body = Readable.from(['a']);
    expect(await failureOf(client.put('/', body))).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(seen).toHaveLength(1);
    expect(body.destroyed).toBe(true);
  });

  it('that are bytes are sent again', async () => {
    const { port, seen } = await serve((request) => request.socket.destroy());
    const { client } = await boot([port], { transport, policy: 'twice' });
    expect(await failureOf(client.put('/', Buffer.from('a')))).toMatchObject({ code: 'REQUEST_FAILED' });
    expect(seen).toHaveLength(2);
  });
});

describe.each(TRANSPORTS)('a streamed answer over %s', (transport) => {
  it('comes decompressed, with its head, larger than what would be held', async () => {
    const whole = Buffer.alloc(24 * MEGABYTE, 'x');
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'x-id': '7' }).end(gzipSync(whole)),
    );
    const { client } = await boot([port], { transport });
    const { status, headers, body } = await client.stream('GET', '/');
    expect([status, headers['x-id']]).toEqual([200, '7']);
    expect((await buffer(body)).equals(whole)).toBe(true);
  });

  it('is handed out before its body has come', async () => {
    let finish = () => {};
    const { port } = await serve((_request, response) => {
      response.write('a');
      finish = () => response.end('b');
    });
    const { client } = await boot([port], { transport });
    const { body } = await client.stream('GET', '/');
    finish();
    expect(await text(body)).toBe('ab');
  });

  it('holds its permit, and its place at the instance, until the body has ended', async () => {
    const { port } = await serve((_request, response) => response.write('a'));
    const { app, client } = await boot([port], { transport, policy: 'narrow' });
    const pending = () => app.get(LoadBalancer).status()[0]?.instances[0]?.pending;
    const { body } = await client.stream('GET', '/');
    expect(pending()).toBe(1);
    expect(await failureOf(client.stream('GET', '/'))).toMatchObject({ code: 'BULKHEAD_FULL' });
    body.destroy();
    await eventually('the instance is let go', () => pending() === 0);
    const next = await client.stream('GET', '/');
    next.body.destroy();
  });

  it('closes its connection when nobody wants the rest', async () => {
    const { port, sockets } = await serve((_request, response) => response.write('a'));
    const { client } = await boot([port], { transport });
    const { body } = await client.stream('GET', '/');
    for await (const chunk of body) {
      expect(String(chunk)).toBe('a');
      break;
    }
    await eventually('the connection is closed', () => sockets.size === 0);
  });

  it('reads no faster than its reader', async () => {
    let written = 0;
    const { port } = await serve((_request, response) => {
      const more = () => {
        while (written < 64 * MEGABYTE && response.write(Buffer.alloc(MEGABYTE))) written += MEGABYTE;
      };
      response.on('drain', more);
      more();
    });
    const { client } = await boot([port], { transport });
    const { body } = await client.stream('GET', '/');
    await once(body, 'readable');
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(32 * MEGABYTE);
    body.destroy();
  });

  it.each<[string, (abort: AbortController) => object, string]>([
    ['its timeout', () => ({ timeout: 100 }), 'no result within'],
    [
      'its signal',
      (abort) => {
        setImmediate(() => abort.abort(new Error('changed my mind')));
        return { signal: abort.signal };
      },
      'changed my mind',
    ],
  ])('ends by %s', async (_what, options, message) => {
    const { port, sockets } = await serve((_request, response) => response.write('a'));
    const { client } = await boot([port], { transport });
    const abort = new AbortController();
    const outcome = failureOf(client.stream('GET', '/', options(abort)).then(({ body }) => text(body)));
    expect(String(await outcome)).toContain(message);
    await eventually('the connection is closed', () => sockets.size === 0);
  });

  it('outlives the timeouts of its policy, which hold until its head is there', async () => {
    let finish = () => {};
    const { port } = await serve((request, response) => {
      if (request.url === '/silent') return;
      response.write('a');
      finish = () => response.end('b');
    });
    const { client } = await boot([port], { transport, policy: 'brief' });
    const { body } = await client.stream('GET', '/');
    expect(await failureOf(client.stream('GET', '/silent'))).toMatchObject({ code: 'TIMEOUT' });
    finish();
    expect(await text(body)).toBe('ab');
  });

  it('fails in its body, and is not tried again, when it breaks off there', async () => {
    const { port, seen } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('abc', () => request.socket.destroy());
    });
    const { client } = await boot([port], { transport, policy: 'twice' });
    const outcome = failureOf(client.stream('GET', '/').then(({ body }) => text(body)));
    expect(await outcome).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
    expect(seen).toHaveLength(1);
  });

  it('is tried again while its head is not there', async () => {
    let tries = 0;
    const { port } = await serve((request, response) => {
      tries += 1;
      if (tries === 1) request.socket.destroy();
      else response.end('fine');
    });
    const { client } = await boot([port], { transport, policy: 'twice' });
    expect(await text((await client.stream('GET', '/')).body)).toBe('fine');
    expect(tries).toBe(2);
  });

  it('that is an error is rejected with what it says', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"no"}'),
    );
    const { client } = await boot([port], { transport });
    expect(await failureOf(client.stream('GET', '/'))).toMatchObject({
      status: 404,
      body: { message: 'no' },
    });
  });

  it('has the limit that the call sets', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(MEGABYTE))),
    );
    const { client } = await boot([port], { transport });
    const { body } = await client.stream('GET', '/', { maxResponseSize: 1_000_000 });
    expect(await failureOf(buffer(body))).toMatchObject({ code: 'ANSWER_TOO_LARGE', limit: 1_000_000 });
  });
});
