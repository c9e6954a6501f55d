import { fork, type ChildProcess } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type ClientProxy, type TcpContext } from '@nestjs/microservices';
import { type ServiceClientProxy } from '@rookery/client/microservices';
import { LoadBalancer, memoryRegistry } from '@rookery/discovery';
import { eventually, TcpLink } from '@rookery/testing';
import { firstValueFrom, take, toArray } from 'rxjs';
import { answer, answers, atTheEnd, boot, closeAll, failureOf, serveTcp } from './rpc-support.js';

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

/** Servers, each listed as an instance, and a client of them. */
async function fleet(names: readonly string[], setup: Parameters<typeof boot>[0] = {}) {
  const app = await boot(setup);
  const servers = [];
  for (const name of names) {
    const server = await serveTcp(name);
    await app.list(name, server.port);
    servers.push(server);
  }
  return { ...app, servers: servers as [(typeof servers)[0], ...typeof servers] };
}

const ROUND_ROBIN = { discovery: { strategy: 'round-robin' } } as const;
const names = (users: ServiceClientProxy, calls: number) =>
  Promise.all(
    Array.from({ length: calls }, () => answer(users.with({ idempotent: true }).send<string>('name', {}))),
  );

describe('a ClientProxy over TCP', () => {
  it('calls the instances that discovery finds, each over one connection', async () => {
    const { users, servers } = await fleet(['a', 'b', 'c'], ROUND_ROBIN);
    const got = await names(users, 30);
    expect(got.toSorted().join('')).toBe('a'.repeat(10) + 'b'.repeat(10) + 'c'.repeat(10));
    expect(await Promise.all(servers.map((server) => server.connections()))).toEqual([1, 1, 1]);
  });

  it('is what Nest injects, and sends nothing before somebody subscribes', async () => {
    const { app, servers } = await fleet(['a']);
    const users = app.get<ClientProxy>('USERS', { strict: false });
    const call = users.send('name', {});
    expect(await servers[0].connections()).toBe(0);
    await Promise.all([answer(call), answer(call)]);
    expect(servers[0].desk.handled).toEqual(['name', 'name']);
  });

  it('takes patterns and answers of all kinds', async () => {
    const { users } = await fleet(['a']);
    expect(await answers(users.send('three', {}))).toEqual([1, 2, 3]);
    expect(await answers(users.send({ cmd: 'echo' }, 'ünï 🐦'))).toEqual([{ data: 'ünï 🐦' }]);
    expect(await firstValueFrom(users.send('three', {}).pipe(take(2), toArray()))).toEqual([1, 2]);
    expect(await failureOf(users.send('name', null))).toMatchObject({
      message: expect.stringContaining('nvalid'),
    });
  });

  it.each([
    { status: 'error', reason: 'of my own' },
    { statusCode: 503, code: 'BUSY' },
  ])('hands on the payload %p of an RpcException as it was sent', async (payload) => {
    const { users, servers } = await fleet(['a']);
    const call = users.with({ idempotent: true }).send('refuse', payload);
    expect(await failureOf(call)).toEqual(payload);
    // What says of itself that it passes is tried again.
    expect(servers[0].desk.handled).toHaveLength('statusCode' in payload ? 3 : 1);
  });

  it('hands on what Nest answers for an unknown exception, a text and a pattern without a handler', async () => {
    const { users } = await fleet(['a']);
    expect(await failureOf(users.send('refuse', 'no'))).toEqual({ status: 'error', message: 'no' });
    expect(await failureOf(users.send('break', {}))).toEqual({
      status: 'error',
      message: 'Internal server error',
    });
    expect(await failureOf(users.send('nobody', {}))).toContain('no matching message handler');
  });

  it('takes no refusal for a failure of the instance, and an unknown exception for one', async () => {
    const { app, users } = await fleet(['a'], {
      client: { policy: 'users' },
      policies: { users: { circuitBreaker: { consecutiveFailures: 2 } } },
    });
    for (let n = 0; n < 5; n += 1) await failureOf(users.send('refuse', 'no'));
    expect(await answer(users.send('name', {}))).toBe('a');
    for (let n = 0; n < 2; n += 1) await failureOf(users.send('break', {}));
    expect(await failureOf(users.send('name', {}))).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(app.get(LoadBalancer).status()[0]?.instances).toMatchObject([{ pending: 0 }]);
  });

  it('tells the other side how long it waits, beside the data', async () => {
    const { users, servers } = await fleet(['a'], { client: { timeout: '5s' } });
    users.setOnDispatchHook((packet) => (packet.metadata = { tenant: 'blue' }));
    expect(await answer(users.with({}).send({ cmd: 'echo' }, { n: 1 }))).toEqual({ data: { n: 1 } });
    const metadata = (servers[0].desk.context as TcpContext).getMetadata() as Record<string, string>;
    expect(Object.keys(metadata).toSorted()).toEqual(['tenant', 'x-rookery-timeout-ms']);
    expect(Number(metadata['x-rookery-timeout-ms'])).toBeGreaterThan(0);
    expect(Number(metadata['x-rookery-timeout-ms'])).toBeLessThanOrEqual(5_000);
  });

  it('emits at once and once, to one instance', async () => {
    const { users, servers } = await fleet(['a']);
    const event = users.emit('noted', 'x');
    await eventually('the event', () => servers[0].desk.handled.length > 0);
    await answers(event);
    await answers(event);
    expect(servers[0].desk.handled).toEqual(['noted x']);
  });

  it('refuses what cannot be written, as the mistake of the caller', async () => {
    const { users, app, servers } = await fleet(['a']);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (let n = 0; n < 10; n += 1)
      expect(await failureOf(users.send('name', circle))).toMatchObject({ code: 'UNSENDABLE_MESSAGE' });
    expect(await failureOf(users.emit('name', { n: 1n }))).toMatchObject({ code: 'UNSENDABLE_MESSAGE' });
    expect(await answer(users.send('name', {}))).toBe('a');
    expect(servers[0].desk.handled).toEqual(['name']);
    await eventually('the end', () => app.get(LoadBalancer).status()[0]?.instances[0]?.pending === 0);
    expect(app.get(LoadBalancer).status()[0]?.instances[0]).not.toHaveProperty('ejected');
  });

  it('ends with a TimeoutError when nobody answers, and with its signal', async () => {
    const { users } = await fleet(['a']);
    expect(await failureOf(users.with({ timeout: 50 }).send('wait', {}))).toMatchObject({ code: 'TIMEOUT' });
    const abort = new AbortController();
    const call = failureOf(users.with({ signal: abort.signal }).send('wait', {}));
    abort.abort(new Error('enough'));
    expect(await call).toMatchObject({ message: 'enough' });
  });

  it('frees what waited when its reader leaves', async () => {
    const { app, users, servers } = await fleet(['a']);
    const reading = users.send('wait', {}).subscribe();
    await eventually('the call', () => servers[0].desk.handled.length > 0);
    expect(app.get(LoadBalancer).status()[0]?.instances).toMatchObject([{ pending: 1 }]);
    reading.unsubscribe();
    await eventually('nothing pending', () => app.get(LoadBalancer).status()[0]?.instances[0]?.pending === 0);
    expect(await names(users, 1)).toEqual(['a']);
  });

  it('limits the time until the first value of a stream, and not until its end', async () => {
    const { users, servers } = await fleet(['a']);
    const got: unknown[] = [];
    const failed: unknown[] = [];
    users
      .with({ timeout: 200 })
      .send('begin', {})
      .subscribe({ next: (value) => got.push(value), error: (error) => failed.push(error) });
    await eventually('the first value', () => got.length > 0);
    expect(await failureOf(users.with({ timeout: 300 }).send('wait', {}))).toMatchObject({ code: 'TIMEOUT' });
    expect([got, failed]).toEqual([['begun'], []]);
    // The stream ends when its connection does.
    await servers[0].close();
    await eventually('the end of the stream', () => failed.length > 0);
    expect(failed).toMatchObject([{ code: 'CONNECTION_FAILED', sent: true }]);
  });
});

describe('a ClientProxy whose servers fail', () => {
  it('goes elsewhere when an instance is not there, whatever the message', async () => {
    const { users, list } = await fleet(['b']);
    const gone = await serveTcp('a');
    await list('a', gone.port);
    await gone.close();
    const got = [];
    for (let n = 0; n < 10; n += 1) got.push(await answer(users.send('name', {})));
    expect(new Set(got)).toEqual(new Set(['b']));
  });

  it('repeats a message that was sent only when it may be handled twice', async () => {
    const { users, servers } = await fleet(['a', 'b'], { ...ROUND_ROBIN, client: { idempotent: ['wait'] } });
    const [a, b] = servers as [(typeof servers)[0], (typeof servers)[0]];
    const unrepeated = failureOf(users.with({ idempotent: false }).send('wait', {}));
    await eventually('the first call', () => a.desk.handled.length + b.desk.handled.length === 1);
    const [first, second] = a.desk.handled.length > 0 ? [a, b] : [b, a];
    // The second goes to the other; the third, which may be repeated, to the first again.
    await answer(users.send('name', {}));
    const again = answer(users.send('wait', {}));
    await eventually('the calls', () => first.desk.handled.length === 2);
    await first.close();
    expect(await unrepeated).toMatchObject({ code: 'CONNECTION_FAILED', sent: true, request: 'users/wait' });
    await eventually('the repeated call', () => second.desk.handled.includes('wait'));
    second.desk.release();
    expect(await again).toBe(second.desk.name);
    expect(second.desk.handled).toEqual(['name', 'wait']);
  });

  it('finds a server again that has come back at the same place', async () => {
    const { users, servers } = await fleet(['a']);
    const { port, close } = servers[0];
    expect(await names(users, 1)).toEqual(['a']);
    await close();
    const failure = await failureOf(users.send('name', {}));
    // Whether it was sent before the end of the connection was seen decides whether it was tried again.
    expect(['CONNECTION_FAILED', 'REQUEST_FAILED']).toContain((failure as { code: string }).code);
    await serveTcp('again', port);
    await eventually('an answer', async () => (await answer(users.send('name', {}))) === 'again');
  });

  it('gives up a connection whose other end has vanished without a word', async () => {
    const server = await serveTcp('a');
    const link = await TcpLink.to(server.port);
    atTheEnd(() => link.close());
    const { users, list } = await boot();
    await list('a', link.port);
    expect(await names(users, 2)).toEqual(['a', 'a']);
    link.silence();
    expect(await failureOf(users.with({ timeout: 100 }).send('name', {}))).toMatchObject({ code: 'TIMEOUT' });
    // The link does not hear of the end of the first.
    expect(await failureOf(users.with({ timeout: 100 }).send('name', {}))).toMatchObject({ code: 'TIMEOUT' });
    expect(link.connections).toBe(2);
    link.restore();
    expect(await names(users, 1)).toEqual(['a']);
  });

  it("calls the fixed place of Nest's own options", async () => {
    const { port } = await serveTcp('fixed');
    const { users } = await boot({ client: { options: { host: 'localhost', port } } as never });
    expect(await names(users, 2)).toEqual(['fixed', 'fixed']);
  });

  it('drops the connection to an instance that has left', async () => {
    const { users, servers, registry } = await fleet(['a', 'b'], ROUND_ROBIN);
    await names(users, 4);
    await registry.deregister('users', 'a');
    await names(users, 4);
    await eventually('one connection', async () => (await servers[0].connections()) === 0);
  });

  it('resolves the name of an instance by the rules of its registry', async () => {
    const server = await serveTcp('a');
    const { users, list } = await boot({
      discovery: { registry: Object.assign(memoryRegistry(), { reach: 'network' as const }) },
    });
    jest
      .spyOn(dns, 'lookup')
      .mockImplementation(((_host: string, _options: object, done: (...found: unknown[]) => void) =>
        done(null, [{ address: '127.0.0.1', family: 4 }])) as never);
    await list('a', server.port, 'users.internal');
    expect(await failureOf(users.with({ timeout: '2s' }).send('name', {}))).toMatchObject({
      cause: { code: 'CONNECTION_FAILED', sent: false, cause: { code: 'ADDRESS_REFUSED' } },
    });
    expect(await server.connections()).toBe(0);
  });
});

describe('a ClientProxy that closes', () => {
  it('ends its connections, and lets what is running end by itself', async () => {
    const server = await serveTcp('a');
    const { app, users } = await boot({
      client: { options: { host: '127.0.0.1', port: server.port } } as never,
    });
    const running = answer(users.send('wait', {}));
    await eventually('the call', () => server.desk.handled.length > 0);
    await app.close();
    expect(await server.connections()).toBe(1);
    expect(await failureOf(users.send('name', {}))).toMatchObject({ code: 'CLIENT_CLOSED' });
    server.desk.release();
    expect(await running).toBe('a');
    await eventually('no connection', async () => (await server.connections()) === 0);
  });
});

describe('a ClientProxy under load', () => {
  async function processes() {
    const children: ChildProcess[] = [];
    const { users, list } = await boot({
      client: { idempotent: ['name'], policy: 'users' } as never,
      policies: { users: { timeout: { total: '10s', attempt: '1s' }, retry: { attempts: 4 } } },
    });
    for (const name of ['a', 'b', 'c']) {
      const child = fork(join(import.meta.dirname, 'fixtures/tcp-server.mjs'), [name, '5'], { execArgv: [] });
      children.push(child);
      atTheEnd(() => child.kill('SIGKILL'));
      const [port] = (await once(child, 'message')) as [number];
      await list(name, port);
    }
    return { users, victim: children.at(1) };
  }

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'loses no call that may be repeated when one of three gets %s',
    async (signal) => {
      const { users, victim } = await processes();
      const counts = new Map<string, number>();
      let calls = 0;
      const caller = async () => {
        while (calls < 1_200) {
          calls += 1;
          if (calls === 400) victim?.kill(signal);
          const name = await answer(users.send<string>('name', {}));
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: 20 }, caller));
      expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(calls);
      expect(counts.get('b')).toBeGreaterThan(50);
      expect(counts.get('b')).toBeLessThan(400);
    },
  );
});
