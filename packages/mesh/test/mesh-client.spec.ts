import { once } from 'node:events';
import { type Clock, noObserver, runInContext, runWithDeadline, systemClock } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, TimeoutError } from '@rookery/resilience';
import {
  InvalidCallError,
  MeshClient,
  type MeshParts,
  MeshResponseError,
  MeshStatusError,
  MeshUnavailableError,
} from '../src/index.js';
import { SidecarTransport } from '../src/sidecar/sidecar-transport.js';
import { clusterAuthority } from '../src/target/authority.js';
import { type Echo, echo, failureOf, json, serve, serveSidecar, stopServers } from './servers.js';

interface Line {
  readonly level: 'debug' | 'warn';
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

const transports: SidecarTransport[] = [];

afterEach(async () => {
  transports.splice(0).forEach((transport) => transport.onApplicationShutdown());
  await stopServers();
});

function clientOf(proxy: string | undefined, parts: Partial<MeshParts> = {}) {
  const clock: Clock = parts.clock ?? systemClock;
  const transport = new SidecarTransport(proxy);
  transports.push(transport);
  const lines: Line[] = [];
  const mesh = new MeshClient({
    transport,
    authorityOf: clusterAuthority('shop'),
    timeoutMs: 10_000,
    headers: { 'user-agent': 'test' },
    policies: new PolicyRegistry({ clock }),
    observer: noObserver,
    clock,
    log: {
      debug: (message, facts) => lines.push({ level: 'debug', message, facts }),
      warn: (message, facts) => lines.push({ level: 'warn', message, facts }),
    },
    ...parts,
  });
  return { mesh, lines };
}

/** A client whose sidecar routes `user-service` to a server. */
async function meshTo(listener: Parameters<typeof serve>[0], parts: Partial<MeshParts> = {}) {
  const upstream = await serve(listener);
  const sidecar = await serveSidecar({ 'user-service.shop.svc.cluster.local': upstream.port });
  return { ...clientOf(sidecar.url, parts), upstream, sidecar };
}

describe('mesh client', () => {
  it('posts JSON to the method through the sidecar, under the name of the service', async () => {
    const { mesh, upstream, sidecar } = await meshTo(echo);
    const answer = await mesh.call<Echo>('user-service', 'users/find', { id: 'ü' });
    expect(answer).toMatchObject({
      method: 'POST',
      url: '/users/find',
      body: '{"id":"ü"}',
      headers: {
        host: 'user-service.shop.svc.cluster.local',
        'content-type': 'application/json',
        'content-length': '11',
        accept: 'application/json',
        'user-agent': 'test',
      },
    });
    expect([sidecar.seen.length, upstream.seen.length]).toEqual([1, 1]);
  });

  it('routes each service to its own server', async () => {
    const users = await serve(json(200, 'users'));
    const orders = await serve(json(200, 'orders'));
    const sidecar = await serveSidecar({
      'users.shop.svc.cluster.local': users.port,
      'orders.billing.svc.cluster.local': orders.port,
    });
    const { mesh } = clientOf(sidecar.url);
    expect(await Promise.all([mesh.call('users', 'a'), mesh.call('orders.billing', 'b')])).toEqual([
      'users',
      'orders',
    ]);
  });

  it('connects to the authority itself where the mesh intercepts traffic', async () => {
    const { port } = await serve(echo);
    const { mesh } = clientOf(undefined, { authorityOf: () => `127.0.0.1:${port}` });
    const { headers, url } = await mesh.call<Echo>('user-service', 'find');
    expect([headers['host'], url]).toEqual([`127.0.0.1:${port}`, '/find']);
  });

  it('uses the verb and the headers of a call, without a body when there is no data', async () => {
    const { mesh } = await meshTo(echo, { headers: { 'x-tenant': 'all', 'x-app': 'a' } });
    const answer = await mesh.call<Echo>('user-service', 'users/42', undefined, {
      verb: 'GET',
      headers: { 'X-Tenant': 'one' },
    });
    expect(answer).toMatchObject({ method: 'GET', body: '', headers: { 'x-tenant': 'one', 'x-app': 'a' } });
    expect(answer.headers).not.toHaveProperty('content-type');
    expect(answer.headers).not.toHaveProperty('content-length');
  });

  it('resolves with nothing for an empty answer and with text for anything that is not JSON', async () => {
    const { mesh } = await meshTo((request, response) =>
      request.url === '/text' ? response.end('plain') : response.writeHead(204).end(),
    );
    expect(await mesh.call('user-service', 'empty')).toBeUndefined();
    expect(await mesh.call('user-service', 'text')).toBe('plain');
  });

  it('keeps its connection to the sidecar', async () => {
    const { mesh, sidecar } = await meshTo(echo);
    for (let call = 0; call < 5; call++) await mesh.call('user-service', 'find');
    expect(new Set(sidecar.seen.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });

  it('sends the headers of the observer, which see the call by its service', async () => {
    const observed: unknown[] = [];
    const { mesh } = await meshTo(echo, {
      observer: {
        observe(call, work) {
          observed.push(call);
          return work({
            outgoing: { traceparent: 'ours' },
            annotate: (attributes) => void observed.push(attributes),
            event() {},
          });
        },
      },
    });
    const { headers } = await mesh.call<Echo>('user-service', 'users/find', {});
    expect(headers['traceparent']).toBe('ours');
    expect(observed).toEqual([
      {
        kind: 'client',
        name: 'POST user-service',
        attributes: {
          'http.request.method': 'POST',
          'url.full': 'http://user-service.shop.svc.cluster.local/users/find',
          'peer.service': 'user-service',
        },
      },
      { 'http.response.status_code': 200 },
    ]);
  });
});

describe('errors of a mesh call', () => {
  it.each([400, 404, 429, 500, 503, 302])('carry status %d with its body, after one try', async (status) => {
    const { mesh, upstream } = await meshTo(json(status, { message: 'secret' }));
    const error = await failureOf(mesh.call('user-service', 'find'));
    expect(error).toBeInstanceOf(MeshStatusError);
    expect(error).toMatchObject({ status, responseStatus: 502, body: { message: 'secret' } });
    expect(error.message).toBe(`POST user-service/find: answered ${status}`);
    expect(upstream.seen).toHaveLength(1);
  });

  it('carry what the mesh itself says', async () => {
    const { mesh } = await meshTo(echo);
    await expect(mesh.call('nobody', 'find')).rejects.toMatchObject({
      status: 503,
      body: 'no healthy upstream',
    });
  });

  it('keep the status when the body of an error is broken JSON', async () => {
    const { mesh } = await meshTo((_request, response) =>
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"a":'),
    );
    await expect(mesh.call('user-service', 'find')).rejects.toMatchObject({ status: 500, body: '{"a":' });
  });

  it('tell an answer that is not the JSON it claims to be, without quoting it', async () => {
    const { mesh } = await meshTo((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/problem+json' }).end('secret'),
    );
    const error = await failureOf(mesh.call('user-service', 'find'));
    expect(error).toBeInstanceOf(MeshResponseError);
    expect(error).toMatchObject({ problem: 'not JSON', status: 502 });
    expect(error.message).toBe('POST user-service/find: the answer is not valid JSON');
  });

  it('tell an answer that is too large, and stop reading it', async () => {
    const megabyte = Buffer.alloc(1024 * 1024);
    let ended: Promise<unknown> | undefined;
    const { mesh } = await meshTo((_request, response) => {
      ended = once(response, 'close');
      const more = () => {
        while (!response.destroyed && response.write(megabyte));
      };
      response.on('drain', more);
      more();
    });
    const error = await failureOf(mesh.call('user-service', 'find'));
    expect(error).toMatchObject({ code: 'INVALID_RESPONSE', problem: 'too large' });
    await ended;
  });

  it('say that nothing was sent when the sidecar is not there', async () => {
    const gone = await serve(echo);
    await stopServers();
    const error = await failureOf(clientOf(gone.url).mesh.call('user-service', 'find'));
    expect(error).toBeInstanceOf(MeshUnavailableError);
    expect(error).toMatchObject({ sent: false, status: 503 });
    expect(error.message).toContain('POST user-service/find: no answer from the mesh: connect ECONNREFUSED');
    expect(error.message).toContain('Is the sidecar running?');
  });

  it.each<[string, Parameters<typeof serve>[0]]>([
    ['before the answer', (request) => request.socket.destroy()],
    [
      'in the middle of the answer',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half', () => response.destroy());
      },
    ],
  ])('say that it may have been sent when the sidecar cuts it off %s', async (_when, listener) => {
    const sidecar = await serve(listener);
    const error = await failureOf(clientOf(sidecar.url).mesh.call('user-service', 'find'));
    expect(error).toBeInstanceOf(MeshUnavailableError);
    expect(error).toMatchObject({ sent: true });
    expect(sidecar.seen).toHaveLength(1);
  });

  it.each<[string, Parameters<MeshClient['call']>]>([
    ['service', ['../users', 'find']],
    ['method', ['user-service', '../find']],
    ['verb', ['user-service', 'find', undefined, { verb: 'TRACE' as 'GET' }]],
    ['headers', ['user-service', 'find', undefined, { headers: { host: 'evil' } }]],
    ['headers', ['user-service', 'find', undefined, { headers: { 'x-a': 'b\r\nx-evil: 1' } }]],
    ['data', ['user-service', 'find', { a: 1 }, { verb: 'GET' }]],
    ['data', ['user-service', 'find', () => 1]],
    ['data', ['user-service', 'find', 1n]],
  ])('name the %s of a call that cannot be sent: %j', async (part, args) => {
    const { mesh, sidecar, lines } = await meshTo(echo);
    const error = await failureOf(mesh.call(...args));
    expect(error).toBeInstanceOf(InvalidCallError);
    expect(error).toMatchObject({ part });
    expect(sidecar.seen).toHaveLength(0);
    expect(lines).toEqual([]);
  });
});

describe('the end of a mesh call', () => {
  /** A sidecar that never answers; `arrived` and `left` tell what the calls do. */
  async function silent(parts: Partial<MeshParts> = {}) {
    let arrive: () => void;
    let leave: () => void;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const left = new Promise<void>((resolve) => (leave = resolve));
    const sidecar = await serve((_request, response) => {
      response.on('close', () => leave());
      arrive();
    });
    return { ...clientOf(sidecar.url, parts), sidecar, arrived, left };
  }

  it('comes when its time is over, and cuts the connection', async () => {
    const clock = new VirtualClock();
    const { mesh, arrived, left, lines } = await silent({ clock, timeoutMs: 2_000 });
    const call = failureOf(mesh.call('user-service', 'find'));
    await arrived;
    await clock.advance(1_999);
    expect(lines).toEqual([]);
    await clock.advance(1);
    expect(await call).toBeInstanceOf(TimeoutError);
    expect(await call).toMatchObject({ policy: 'mesh.user-service', timeoutMs: 2_000 });
    await left;
    expect(clock.pending).toBe(0);
  });

  it('can come later than the module says, when the call has its own limit', async () => {
    const clock = new VirtualClock();
    const { mesh, arrived, lines } = await silent({ clock, timeoutMs: 2_000 });
    const call = failureOf(mesh.call('user-service', 'report', {}, { timeout: '1m' }));
    await arrived;
    await clock.advance(59_999);
    expect(lines).toEqual([]);
    await clock.advance(1);
    expect(await call).toMatchObject({ timeoutMs: 60_000 });
  });

  it("comes with the caller's deadline, however long the call itself may take", async () => {
    const clock = new VirtualClock();
    const { mesh, arrived, left } = await silent({ clock });
    const { signal } = new AbortController();
    const call = runWithDeadline(clock, 300, signal, () =>
      failureOf(mesh.call('user-service', 'find', {}, { timeout: '1m' })),
    );
    await arrived;
    await clock.advance(300);
    expect(await call).toMatchObject({ code: 'TIMEOUT', scope: 'deadline', timeoutMs: 300 });
    await left;
  });

  it('sends nothing when the deadline is over already', async () => {
    const clock = new VirtualClock();
    const { mesh, sidecar } = await silent({ clock });
    const { signal } = new AbortController();
    const call = runWithDeadline(clock, 0, signal, () => failureOf(mesh.call('user-service', 'find')));
    expect(await call).toMatchObject({ code: 'TIMEOUT' });
    expect(sidecar.seen).toHaveLength(0);
  });

  it('comes with the signal of the call or of the context, and cuts the connection', async () => {
    for (const given of [true, false]) {
      const { mesh, arrived, left, lines } = await silent();
      const caller = new AbortController();
      const call = given
        ? mesh.call('user-service', 'find', {}, { signal: caller.signal })
        : runInContext({ signal: caller.signal }, () => mesh.call('user-service', 'find'));
      const failed = failureOf(call);
      await arrived;
      const reason = new Error('the user left');
      caller.abort(reason);
      expect(await failed).toBe(reason);
      await left;
      expect(lines).toMatchObject([{ level: 'debug', facts: { outcome: 'aborted' } }]);
    }
  });

  it('is what the observer hears of, not of the connection that was cut for it', async () => {
    const heard: Promise<Error>[] = [];
    const { mesh, arrived } = await silent({
      observer: {
        observe(_call, work) {
          const ended = work({ outgoing: {}, annotate() {}, event() {} });
          heard.push(failureOf(ended));
          return ended;
        },
      },
    });
    const caller = new AbortController();
    const failed = failureOf(mesh.call('user-service', 'find', {}, { signal: caller.signal }));
    await arrived;
    caller.abort();
    expect(await Promise.all(heard)).toEqual([caller.signal.reason]);
    expect(await failed).toBe(caller.signal.reason);
  });

  it('is told to Envoy beforehand, never as 0, which would mean for ever', async () => {
    const clock = new VirtualClock();
    const { mesh } = await meshTo(echo, { clock, timeoutMs: 2_000 });
    const told = async (options?: { timeout: number }) =>
      (await mesh.call<Echo>('user-service', 'find', {}, options)).headers['x-envoy-upstream-rq-timeout-ms'];
    expect(await told()).toBe('2000');
    expect(await told({ timeout: 0.2 })).toBe('1');
    const { signal } = new AbortController();
    expect(await runWithDeadline(clock, 700, signal, () => told())).toBe('700');
  });
});

describe('the log line of a mesh call', () => {
  /** A clock on which every look takes 5 ms. */
  const slow = (): Clock => {
    let elapsed = 0;
    return { ...systemClock, monotonic: () => (elapsed += 5) };
  };

  it('tells the service, the method, how long it took and that it succeeded', async () => {
    const { mesh, lines } = await meshTo(echo, { clock: slow() });
    await mesh.call('user-service', 'users/find', { password: 'secret' });
    expect(lines).toEqual([
      {
        level: 'debug',
        message: 'Mesh call succeeded',
        facts: {
          service: 'user-service',
          method: 'users/find',
          durationMs: expect.any(Number),
          outcome: 'success',
        },
      },
    ]);
    expect(lines[0]?.facts['durationMs']).toBeGreaterThanOrEqual(5);
    expect((lines[0]?.facts['durationMs'] as number) % 5).toBe(0);
  });

  it('warns of a failure, with its code and status and without what the answer said', async () => {
    const { mesh, lines } = await meshTo(json(500, 'secret'));
    await failureOf(mesh.call('user-service', 'find', { password: 'secret' }));
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'Mesh call failed',
        facts: {
          service: 'user-service',
          method: 'find',
          durationMs: expect.any(Number),
          outcome: 'failure',
          code: 'MESH_STATUS',
          status: 500,
          error: 'POST user-service/find: answered 500',
        },
      },
    ]);
  });
});
