import { randomUUID } from 'node:crypto';
import { connect } from '@nats-io/transport-node';
import { connect as connectAmqp } from 'amqplib';
import { type NatsContext, type RedisContext, type RmqContext, Transport } from '@nestjs/microservices';
import { type ServiceClientProxy } from '@rookery/client/microservices';
import { ENGINE_PORTS, engineAnswers, EngineServer, eventually, TcpLink } from '@rookery/testing';
import { answer, answers, atTheEnd, boot, closeAll, failureOf, serve } from './rpc-support.js';

afterEach(closeAll);

const QUICKLY = { maxReconnectAttempts: -1, reconnectTimeWait: 20 };
const HOST = '127.0.0.1';

interface Kind {
  readonly name: 'redis' | 'nats' | 'rabbitmq';
  readonly transport: Transport.REDIS | Transport.NATS | Transport.RMQ;
  /** Nest's options, for a broker on this port. */
  options(port: number, queue: string): object;
  /** What came beside the data, by the server's own context. */
  beside(context: unknown): Record<string, string>;
}

const redis: Kind = {
  name: 'redis',
  transport: Transport.REDIS,
  options: (port) => ({ host: HOST, port, retryAttempts: 10_000, retryDelay: 20 }),
  beside: (context) => (context as RedisContext).getMetadata() ?? {},
};
const nats: Kind = {
  name: 'nats',
  transport: Transport.NATS,
  options: (port) => ({ servers: [`nats://${HOST}:${port}`], ...QUICKLY }),
  beside: (context) => {
    const headers = (context as NatsContext).getHeaders() as Iterable<[string, string[]]> | undefined;
    return Object.fromEntries([...(headers ?? [])].map(([name, [value = '']]) => [name, value]));
  },
};
const rabbitmq: Kind = {
  name: 'rabbitmq',
  transport: Transport.RMQ,
  options: (port, queue) => ({
    urls: [`amqp://${HOST}:${port}`],
    queue,
    queueOptions: { durable: false, arguments: { 'x-expires': 60_000 } },
  }),
  beside: (context) => {
    const { properties } = (context as RmqContext).getMessage() as {
      properties: { headers: Record<string, string> };
    };
    return properties.headers;
  },
};
const KINDS = [redis, nats, rabbitmq].map((kind) => [kind.name, kind] as const);

/** The broker on its standard port, and how a client of it is made. */
async function broker({ name, transport, options }: Kind, setup: Parameters<typeof boot>[0] = {}) {
  const queue = `rookery-test-${randomUUID()}`;
  const link = await TcpLink.to(ENGINE_PORTS[name]);
  atTheEnd(() => link.close());
  const server = () => serve({ transport, options: options(ENGINE_PORTS[name], queue) });
  const client = async () => {
    const { policies, ...more } = { ...setup };
    const own = { transport, options: options(link.port, queue), ...more.client } as never;
    return boot({ ...more, ...(policies && { policies }), client: own });
  };
  return { link, queue, server, client };
}

describe.each(KINDS)('a ClientProxy over %s', (name, kind) => {
  let there = false;
  beforeAll(async () => {
    there = await engineAnswers(name);
  });
  const itWorks = (what: string, test: () => Promise<void>) =>
    it(what, async () => {
      if (there) await test();
    });

  itWorks('answers, streams and refuses as Nest does', async () => {
    const { server, client } = await broker(kind);
    const [{ desk }, { users }] = [await server(), await client()];
    expect(await answers(users.send('name', {}))).toEqual(['ada']);
    expect(await answers(users.send('three', {}))).toEqual([1, 2, 3]);
    expect(await failureOf(users.send('refuse', { reason: 'mine' }))).toEqual({ reason: 'mine' });
    await answers(users.emit('noted', 'x'));
    await eventually('the event', () => desk.handled.includes('noted x'));
    expect(kind.beside(desk.context)?.['x-rookery-timeout-ms']).toBeUndefined();
  });

  itWorks('tells the other side how long it waits, beside the data', async () => {
    const { server, client } = await broker(kind, { client: { timeout: '5s' } });
    const [{ desk }, { users }] = [await server(), await client()];
    expect(await answer(users.send({ cmd: 'echo' }, { n: 1 }))).toEqual({ data: { n: 1 } });
    const left = Number(kind.beside(desk.context)['x-rookery-timeout-ms']);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(5_000);
  });

  itWorks('fails at once when its connection is lost, and works again by itself', async () => {
    const { server, client, link } = await broker(kind);
    const [{ desk }, { users }] = [await server(), await client()];
    const call = failureOf(users.send('wait', {}));
    await eventually('the call', () => desk.handled.length > 0);
    link.cut();
    expect(await call).toMatchObject({ code: 'CONNECTION_FAILED', sent: true, request: 'users/wait' });
    await eventually('an answer', async () => (await answer(users.send('name', {}))) === 'ada');
  });

  itWorks('ends calls by their time when the broker is silent, and works again when it speaks', async () => {
    const { server, client, link } = await broker(kind);
    await server();
    const { users } = await client();
    expect(await answer(users.send('name', {}))).toBe('ada');
    link.silence();
    expect(await failureOf(users.with({ timeout: 100 }).send('name', {}))).toMatchObject({ code: 'TIMEOUT' });
    link.restore();
    const call = () => answer(users.with({ timeout: '1s' }).send('name', {}));
    await eventually('an answer', async () => (await call()) === 'ada');
  });

  itWorks('lets what is running end when it closes, and takes no more', async () => {
    const { server, client } = await broker(kind);
    const [{ desk }, { app, users }] = [await server(), await client()];
    const running = answer(users.send('wait', {}));
    await eventually('the call', () => desk.handled.length > 0);
    const closed = app.close();
    await eventually('the refusal', async () => isClosed(await failureOf(users.send('name', {}))));
    desk.release();
    expect(await running).toBe('ada');
    await closed;
  });
});

const isClosed = (error: unknown) => (error as { code?: string }).code === 'CLIENT_CLOSED';

describe.each([
  ['redis', redis],
  ['nats', nats],
] as const)('a ClientProxy whose %s server', (name, kind) => {
  let there = false;
  beforeAll(async () => {
    there = await engineAnswers(name);
  });
  const itWorks = (what: string, test: () => Promise<void>) =>
    it(what, async () => {
      if (there) await test();
    });

  async function own(): Promise<{
    engine: EngineServer;
    users: ServiceClientProxy;
    serveIt: () => ReturnType<typeof serve>;
  }> {
    const engine = await EngineServer.start(name);
    atTheEnd(() => engine.dispose());
    const { transport } = kind;
    const options = kind.options(engine.port, '');
    const serveIt = () => serve({ transport, options });
    const { users } = await boot({ client: { transport, options } as never });
    return { engine, users, serveIt };
  }

  itWorks('is killed and comes back answers again, and no call waits for ever', async () => {
    const { engine, users, serveIt } = await own();
    await serveIt();
    expect(await answer(users.send('name', {}))).toBe('ada');
    const waiting = Array.from({ length: 20 }, () => failureOf(users.send('wait', {})));
    await answer(users.send('name', {}));
    await engine.kill();
    for (const error of await Promise.all(waiting))
      expect(error).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(await failureOf(users.with({ timeout: '2s' }).send('name', {}))).toMatchObject({
      code: expect.stringMatching(/CONNECTION_FAILED|REQUEST_FAILED/),
    });
    await engine.up();
    await eventually('an answer', async () => (await answer(users.send('name', {}))) === 'ada');
  });

  itWorks('has nobody who listens says so at once', async () => {
    const { users } = await own();
    expect(await failureOf(users.with({ timeout: '5s' }).send('name', {}))).toMatchObject({
      cause: { code: 'CONNECTION_FAILED', sent: false, cause: { message: 'nobody listens for it' } },
    });
  });
});

it('an answer over NATS that cannot be read fails its call, and nothing else', async () => {
  if (!(await engineAnswers('nats'))) return;
  const { client } = await broker(nats);
  const { users } = await client();
  const connection = await connect({ servers: `${HOST}:${ENGINE_PORTS.nats}` });
  atTheEnd(() => connection.close());
  const subject = `name-${randomUUID()}`;
  connection.subscribe(subject, { callback: (_error, message) => void message.respond('no JSON') });
  await connection.flush();
  expect(await failureOf(users.send(subject, {}))).toMatchObject({ code: 'INVALID_RESPONSE' });
});

it('a request over RabbitMQ expires in its queue with its caller', async () => {
  if (!(await engineAnswers('rabbitmq'))) return;
  const { client, queue } = await broker(rabbitmq);
  const { users } = await client();
  await users.connect();
  const connection = await connectAmqp(`amqp://${HOST}:${ENGINE_PORTS.rabbitmq}`);
  atTheEnd(() => connection.close());
  const channel = await connection.createChannel();
  const waiting = async () => (await channel.checkQueue(queue)).messageCount;
  const call = failureOf(users.with({ timeout: '1s' }).send('name', {}));
  await eventually('the request', async () => (await waiting()) === 1);
  expect(await call).toMatchObject({ code: 'TIMEOUT' });
  await eventually('an empty queue', async () => (await waiting()) === 0);
});
