import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { freePort } from '@rookery/testing';
import { signOfLife } from '../src/ejection/sign-of-life.js';
import { sampleInstance } from '../src/testing/sample-instance.js';

const servers: Server[] = [];
const sockets = new Set<Socket>();

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(
    servers.splice(0).map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
});

const never = new AbortController().signal;

const ask = (port: number, protocol: string, signal = never) =>
  signOfLife()(sampleInstance({ id: 'a', host: '127.0.0.1', port, protocol }), signal);

describe('a sign of life', () => {
  it.each([200, 404, 500])('is any answer to the ping of HTTP, also a %i', async (status) => {
    const seen: unknown[] = [];
    const port = await listening(
      createHttpServer(({ method, url, headers }, response) => {
        seen.push([method, url, headers.host]);
        response.writeHead(status).end();
      }),
    );
    await expect(ask(port, 'http')).resolves.toBe(true);
    expect(seen).toEqual([['OPTIONS', '*', `127.0.0.1:${port}`]]);
  });

  it('is the settings of an HTTP/2 server, as gRPC has', async () => {
    const port = await listening(createHttp2Server());
    await expect(ask(port, 'grpc')).resolves.toBe(true);
  });

  it('is whatever a TLS server says, also that it cannot shake hands', async () => {
    const port = await listening(createTlsServer());
    await expect(ask(port, 'https')).resolves.toBe(true);
  });

  it('is not that the kernel accepts the connection', async () => {
    const server = createServer();
    const port = await listening(server);
    const stop = new AbortController();
    const asked = ask(port, 'http', stop.signal);
    await once(server, 'connection');
    stop.abort(new Error('too late'));
    await expect(asked).resolves.toBe(false);
    // The question is over, and so is its connection.
    await Promise.all([...sockets].map((socket) => once(socket.resume(), 'close')));
  });

  it('is a connection that somebody closes, not one that is refused', async () => {
    const port = await listening(createServer((socket) => socket.destroy()));
    await expect(ask(port, 'http')).resolves.toBe(true);
    await expect(ask(await freePort(), 'http')).resolves.toBe(false);
  });

  it('is not asked for when nobody waits for it any more', async () => {
    let connections = 0;
    const port = await listening(createServer(() => (connections += 1)));
    await expect(ask(port, 'http', AbortSignal.abort())).resolves.toBe(false);
    expect(connections).toBe(0);
  });

  it('cannot be asked for in a protocol that is not known', async () => {
    expect(ask(1, 'tcp')).toBeUndefined();
  });

  it('is asked of a host name only where its address is checked', async () => {
    const port = await listening(createHttpServer((_request, response) => response.end()));
    const named = sampleInstance({ id: 'a', host: 'users.internal', port });
    expect(signOfLife()(named, never)).toBeUndefined();
    const looked: string[] = [];
    const asked = signOfLife(() => (host, _options, found) => {
      looked.push(host);
      found(null, [{ address: '127.0.0.1', family: 4 }]);
    });
    await expect(asked(named, never)).resolves.toBe(true);
    expect(looked).toEqual(['users.internal']);
  });

  it('is missing where a name leads to somebody who says nothing', async () => {
    const server = createServer();
    const named = sampleInstance({ id: 'a', host: 'users.internal', port: await listening(server) });
    const stop = new AbortController();
    const found = [{ address: '127.0.0.1', family: 4 }];
    const asked = signOfLife(() => (_host, _options, done) => done(null, found))(named, stop.signal);
    await once(server, 'connection');
    stop.abort();
    await expect(asked).resolves.toBe(false);
  });
});
