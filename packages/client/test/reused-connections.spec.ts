import { type RequestListener } from 'node:http';
import { LoadBalancer } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { boot, closeAll, failureOf, serve, TRANSPORTS } from './transport-support.js';

afterEach(closeAll);

/** Answers the first request of each connection, and closes it as soon as another comes: as if it had been idle for long. */
const once = (): RequestListener => {
  const served = new WeakSet();
  return (request, response) => {
    if (served.has(request.socket)) return request.socket.destroy();
    served.add(request.socket);
    response.writeHead(200, { 'content-type': 'application/json' }).end('"fine"');
    return undefined;
  };
};

describe.each(TRANSPORTS)('a connection that dies while it is idle, over %s', (transport) => {
  it('costs an idempotent call nothing: neither a retry, nor a failure of the instance', async () => {
    const { port, seen } = await serve(once());
    const { app, client } = await boot([port], { transport, maxConnections: 1 });
    for (let call = 0; call < 10; call += 1) expect(await client.get('/')).toBe('fine');
    expect(seen.length).toBeGreaterThan(10);
    const [report] = app.get(LoadBalancer).status()[0]?.instances ?? [];
    expect(report?.instance.port).toBe(port);
    expect(report?.ejected).toBeUndefined();
  });

  it('fails a call that may not arrive twice, because nobody knows whether it did', async () => {
    const { port, seen } = await serve(once());
    const { client } = await boot([port], { transport, maxConnections: 1 });
    expect(await client.post('/', {})).toBe('fine');
    expect(await failureOf(client.post('/', {}))).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
    expect(seen).toHaveLength(2);
  });

  it('is no excuse for a new one that dies', async () => {
    const { port, seen } = await serve((request) => request.socket.destroy());
    const { client } = await boot([port], { transport });
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
    expect(seen).toHaveLength(1);
  });

  it('is no excuse for an answer that breaks off', async () => {
    let answers = 0;
    const { port, seen } = await serve((request, response) => {
      answers += 1;
      if (answers === 1) return response.end('1');
      response.writeHead(200, { 'content-length': 10 }).write('abc');
      setImmediate(() => request.socket.destroy());
      return undefined;
    });
    const { client } = await boot([port], { transport });
    await client.get('/');
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
    expect(seen).toHaveLength(2);
  });

  it('is closed by the client before a server that tells how long it keeps it does so', async () => {
    const { server, port, sockets } = await serve((_request, response) => response.end('1'));
    server.keepAliveTimeout = 1_000;
    const { client } = await boot([port], { transport });
    for (let call = 0; call < 5; call += 1) {
      await client.post('/', {});
      await eventually('the connections are closed', () => sockets.size === 0);
    }
  });
});
