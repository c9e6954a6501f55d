import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { UnsendableMessageError } from '@rookery/client';
import { LoadBalancer } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { boot, closeAll, failureOf, serve, serveRaw, TRANSPORTS } from './transport-support.js';

afterEach(closeAll);

const HEAD_AND_CHUNK = [
  'HTTP/1.1 200 OK',
  'transfer-encoding: chunked',
  '',
  '20',
  'x'.repeat(0x20),
  '0',
  '',
  '',
].join('\r\n');

async function* failing() {
  yield 'a';
  await Promise.resolve();
  throw new Error('the disk is gone');
}

const throws = () => {
  throw new Error('the bar is broken');
};

describe.each(TRANSPORTS)('a streamed answer over %s', (transport) => {
  it('that fails before anybody can listen fails for its reader, and for nobody else', async () => {
    const port = await serveRaw((socket) => void socket.write(HEAD_AND_CHUNK));
    const { client } = await boot([port], { transport });
    const tooLarge = client.stream('GET', '/', { maxResponseSize: 10 }).then(({ body }) => text(body));
    expect(await failureOf(tooLarge)).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
    const reported = client.stream('GET', '/', { onDownloadProgress: throws }).then(({ body }) => text(body));
    expect(String(await failureOf(reported))).toContain('the bar is broken');
  });

  it('to HEAD has no body that could be decompressed', async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': gzipSync('a').length }).end(),
    );
    const { client } = await boot([port], { transport });
    const { headers, body } = await client.stream('HEAD', '/');
    expect(headers['content-encoding']).toBe('gzip');
    expect(await text(body)).toBe('');
  });

  it.each<[string, object, (body: Readable) => void]>([
    ['its reader leaves for a reason of its own', {}, (body) => body.destroy(new Error('seen enough'))],
    ['its time is up', { timeout: 100 }, () => {}],
  ])('says nothing ill of its instance when %s', async (_what, options, leave) => {
    const { port } = await serve((_request, response) => response.write('a'));
    const { app, client } = await boot([port], { transport, policy: 'fragile' });
    const instance = () => app.get(LoadBalancer).status()[0]?.instances[0];
    for (let round = 0; round < 6; round += 1) {
      const { body } = await client.stream('GET', '/', options);
      const outcome = failureOf(text(body));
      leave(body);
      await outcome;
      await eventually('the instance is let go', () => instance()?.pending === 0);
    }
    expect(instance()?.ejected).toBeUndefined();
  });
});

describe.each(TRANSPORTS)('an upload over %s that fails at its source', (transport) => {
  it.each<[string, () => unknown, object, string]>([
    ['a file that is not there', () => createReadStream('/nowhere/at/all'), {}, 'ENOENT'],
    ['an iterable that throws', failing, {}, 'the disk is gone'],
    ['a report that throws', () => Buffer.from('a'), { onUploadProgress: throws }, 'the bar is broken'],
  ])('as %s does, is the caller and not the instance', async (_what, body, options, message) => {
    const { port, seen } = await serve((request, response) => {
      request.resume().on('end', () => response.end());
    });
    const { client } = await boot([port], { transport, policy: 'twice' });
    const failure = await failureOf(client.put('/', body(), options));
    expect(failure).toBeInstanceOf(UnsendableMessageError);
    expect(String(failure)).toContain(message);
    expect(seen.length).toBeLessThan(2);
  });

  it('is let go when the call itself is wrong', async () => {
    const { client } = await boot([], { transport });
    const body = Readable.from(['a']);
    expect(await failureOf(client.put('no-slash', body))).toBeInstanceOf(TypeError);
    expect(body.destroyed).toBe(true);
  });
});

describe.each(TRANSPORTS)('a call over %s', (transport) => {
  it.each<[object, string]>([
    [{ maxResponseSize: NaN }, 'maxResponseSize: Invalid value NaN.'],
    [{ maxResponseSize: '1mb' }, "maxResponseSize: Invalid value '1mb'."],
    [{ maxResponseSize: 0 }, 'maxResponseSize: Invalid value 0.'],
    [{ onUploadProgress: true }, 'onUploadProgress: Invalid value true. Use a function.'],
    [{ onDownloadProgress: {} }, 'onDownloadProgress: Invalid value {}. Use a function.'],
  ])('refuses %p', async (options, message) => {
    const { port, seen } = await serve((_request, response) => response.end());
    const { client } = await boot([port], { transport });
    const failure = await failureOf(client.get('/', options));
    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).toContain(message);
    expect(seen).toEqual([]);
  });
});
