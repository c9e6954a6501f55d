import { once } from 'node:events';
import http2 from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CallObserver, isRookeryError, type ObservedCall } from '@rookery/common';
import { answerWith, boot, closeAll, failureOf, type Handler, serve, until } from './grpc-support.js';
import { type Tap, tap } from './tap.js';

afterEach(closeAll);

const taps: Tap[] = [];
afterEach(() => {
  for (const open of taps.splice(0)) open.close();
});

/** A server, and what the client's connections to it are. */
async function tapped(handler: Handler): Promise<Tap> {
  const opened = await tap((await serve(handler)).port);
  taps.push(opened);
  return opened;
}

describe('channels of a gRPC client', () => {
  it('are one for each instance, whatever the number of calls', async () => {
    const servers = await Promise.all([serve(answerWith('a')), serve(answerWith('b'))]);
    const { client } = await boot(servers.map(({ port }) => port));
    await Promise.all(Array.from({ length: 20 }, () => client.call('FindUser', {})));
    for (const served of servers) {
      expect(served.seen.length).toBeGreaterThan(0);
      expect(new Set(served.peers).size).toBe(1);
    }
  });

  it('close when their instance has left, after the calls that are still running', async () => {
    const held: (() => void)[] = [];
    const leaving = await tapped((call, answer) => held.push(() => answerWith('leaving')(call, answer)));
    const { client, registry } = await boot([leaving.port], {});
    const last = client.call('CreateUser', {});
    await until(() => held.length > 0);

    const { port } = await serve(answerWith('staying'));
    const address = { host: '127.0.0.1', port, protocol: 'grpc' };
    await registry.register({ id: 'user-1', service: 'user-service', ...address });
    await registry.deregister('user-service', 'user-0');
    expect(await client.call('CreateUser', {})).toMatchObject({ fullName: 'staying' });
    expect(leaving.open.size).toBe(1);

    held[0]?.();
    expect(await last).toMatchObject({ fullName: 'leaving' });
    await until(() => leaving.open.size === 0);
  });

  it('do not pile up when the other end accepts connections and then says nothing', async () => {
    const open = new Set<Socket>();
    const mute = createServer((socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket)).on('error', () => {});
      socket.resume();
    });
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    try {
      const { client } = await boot([(mute.address() as AddressInfo).port]);
      for (let call = 0; call < 3; call += 1) {
        const error = await failureOf(client.call('CreateUser', {}, { timeout: '50ms' }));
        expect(isRookeryError(error, 'TIMEOUT')).toBe(true);
      }
      expect(open.size).toBe(1);
    } finally {
      for (const socket of open) socket.destroy();
      mute.close();
    }
  });

  it('close with the client, which takes no calls any more', async () => {
    const { port, open } = await tapped(answerWith('Ada'));
    const { client } = await boot([port]);
    await client.call('FindUser', {});
    expect(open.size).toBe(1);
    client.close();
    await until(() => open.size === 0);
    expect(isRookeryError(await failureOf(client.call('FindUser', {})), 'CLIENT_CLOSED')).toBe(true);
  });

  it('close when the app stops', async () => {
    const { port, open } = await tapped(answerWith('Ada'));
    const { app, client } = await boot([port]);
    await client.call('FindUser', {});
    await app.close();
    await until(() => open.size === 0);
  });
});

describe('what grpc-js is relied on for', () => {
  it('a stream that the server resets is a lost call, not an answer', async () => {
    const server = http2.createServer().on('stream', (stream) => {
      stream.on('error', () => {}); // it is told of its own reset
      stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    });
    const sessions: http2.ServerHttp2Session[] = [];
    server.on('session', (session) => sessions.push(session));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { client } = await boot([], {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      });
      const error = await failureOf(client.call('CreateUser', {}));
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
    } finally {
      for (const session of sessions) session.destroy();
      server.close();
    }
  });

  it('an UNAVAILABLE that the server sends is an answer, with headers before it or without', async () => {
    const { port } = await serve((call, answer) => {
      if (call.request.fullName) call.sendMetadata(call.metadata);
      answer({ code: status.UNAVAILABLE, details: 'not now' });
    });
    const { client } = await boot([port], {});
    for (const fullName of ['', 'with headers']) {
      expect(await failureOf(client.call('CreateUser', { fullName }))).toMatchObject({
        code: 'GRPC_STATUS',
        grpcStatus: 'UNAVAILABLE',
      });
    }
  });
});

describe('metadata of a gRPC call', () => {
  function observing(calls: ObservedCall[]): DynamicModule {
    const observer: CallObserver = {
      observe: (call, work) => {
        calls.push(call);
        return work({ outgoing: { traceparent: 'the-trace' }, annotate() {}, event() {} });
      },
    };
    @Global()
    @Module({ providers: [{ provide: CallObserver, useValue: observer }], exports: [CallObserver] })
    class Observing {}
    return { module: Observing };
  }

  it("holds the trace, the caller's own and the name of the client", async () => {
    const calls: ObservedCall[] = [];
    const { port, seen } = await serve(answerWith('Ada'));
    const { client } = await boot([port], {}, [observing(calls)]);
    const bytes = Buffer.from([0, 255]);
    await client.call('FindUser', {}, { metadata: { tenant: 'blue', 'token-bin': bytes } });
    const metadata = seen[0]?.metadata;
    expect(metadata?.get('traceparent')).toEqual(['the-trace']);
    expect(metadata?.get('tenant')).toEqual(['blue']);
    expect(metadata?.get('token-bin')).toEqual([bytes]);
    expect(String(metadata?.get('user-agent'))).toMatch(/^rookery-client \(unnamed\) /);
    expect(calls).toEqual([
      {
        kind: 'client',
        name: 'users.UserService/FindUser',
        attributes: {
          'rpc.system': 'grpc',
          'rpc.service': 'users.UserService',
          'rpc.method': 'FindUser',
          'server.address': '127.0.0.1',
          'server.port': port,
          'peer.service': 'user-service',
        },
      },
    ]);
  });

  it('is refused before anything is sent when a key is not allowed', async () => {
    const { port, seen } = await serve(answerWith('Ada'));
    const { client } = await boot([port]);
    expect(await failureOf(client.call('FindUser', {}, { metadata: { 'a b': 'x' } }))).toBeInstanceOf(Error);
    expect(seen).toHaveLength(0);
  });
});
