import { type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { AppClosing } from '@rookery/common';
import { eventually } from '@rookery/testing';
import { ServiceModule, type ServiceOptions } from '../src/index.js';
import { partsOf, warnings, Workplace } from './workplace.js';

/** An answer, with its body. */
interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('an HTTP app on %s that stops', (_name, adapter) => {
  let place: Workplace;
  let app: INestApplication;
  let port: number;
  let logger: ReturnType<typeof warnings>;
  let agent: Agent;

  const boot = async (options: Partial<ServiceOptions> = {}) => {
    place = new Workplace();
    logger = warnings();
    const { controllers = [], providers = [] } = partsOf(place);
    const module = await Test.createTestingModule({
      imports: [ServiceModule.forRoot({ name: 'a', ...options })],
      controllers,
      providers,
    }).compile();
    app = module.createNestApplication(adapter(), { logger });
    await app.listen(0, '127.0.0.1');
    ({ port } = server().address() as AddressInfo);
    agent = new Agent({ keepAlive: true });
    open.push(
      () => place.release.open(),
      () => agent.destroy(),
      () => app.close(),
    );
  };
  const server = () => app.getHttpServer() as Server;

  const send = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent }, resolve).on('error', reject);
    });

  const read = async (answer: IncomingMessage): Promise<Answer> => {
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    return { status: answer.statusCode, connection: answer.headers.connection, body };
  };

  const ask = async (path: string) => read(await send(path));

  it('finishes the request it has, on a connection that ends with it, before anything is destroyed', async () => {
    await boot();
    const answer = ask('/work');
    await place.entered.passed;
    const closing = app.close();
    await eventually('nobody listens', () => !server().listening);
    await expect(ask('/quick')).rejects.toThrow('ECONNREFUSED');
    expect(place.story).toEqual(['begun']);
    place.release.open();
    expect(await answer).toEqual({ status: 200, connection: 'close', body: '{"name":"done"}' });
    await closing;
    expect(place.story).toEqual(['begun', 'finished', 'destroyed']);
    expect(logger.lines).toEqual([]);
  });

  it('goes on answering while it leaves, and lets no connection be kept', async () => {
    await boot();
    expect((await ask('/quick')).connection).toBe('keep-alive');
    const seen: unknown[] = [];
    app.get(AppClosing, { strict: false }).on('leave', async () => seen.push(await ask('/quick')));
    await app.close();
    expect(seen).toEqual([{ status: 200, connection: 'close', body: 'ok' }]);
  });

  it('closes the connections that nobody uses, however long they would have been kept', async () => {
    await boot({ keepAliveTimeout: '1h' });
    await ask('/quick');
    const [kept] = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
    if (!kept) throw new Error('No connection was kept.');
    expect(kept.destroyed).toBe(false);
    const ended = once(kept, 'close');
    await app.close();
    await ended;
  });

  it('closes a kept connection whose answer had begun before the end was known', async () => {
    await boot({ keepAliveTimeout: '1h' });
    const streaming = await send('/stream');
    await place.entered.passed;
    const closing = app.close();
    await eventually('nobody listens', () => !server().listening);
    place.release.open();
    expect(await read(streaming)).toEqual({ status: 200, connection: 'keep-alive', body: 'first last' });
    await closing;
  });

  it('takes a request whose head is still on its way when it stops', async () => {
    await boot();
    const socket = connect(port, '127.0.0.1');
    open.push(() => socket.destroy());
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.write('GET /quick HTTP/1.1\r\nHost: a\r\n');
    await eventually('it has arrived', async () => (await connections(server())) === 1);
    const closing = app.close();
    await eventually('nobody listens', () => !server().listening);
    socket.write('\r\n');
    await closing;
    await eventually('it is answered', () => received.includes('200 OK'));
    expect(received).toMatch(/Connection: close/i);
  });

  it('is not held up by an upgraded connection', async () => {
    await boot();
    server().on('upgrade', (_request, socket: Socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.resume().once('end', () => socket.end());
    });
    const socket = connect(port, '127.0.0.1');
    open.push(() => socket.destroy());
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
    await once(socket, 'data');
    const closing = app.close();
    await eventually('nothing waits for it', () => place.story.includes('destroyed'));
    expect([socket.readable, logger.lines]).toEqual([true, []]);
    // Gateways of Nest end theirs in the next step of the shutdown; this one is nobody's.
    socket.destroy();
    await closing;
  });

  it('cuts off what has not finished in drainTimeout, and says how many that were', async () => {
    await boot({ drainTimeout: '20ms' });
    const answer = ask('/work');
    await place.entered.passed;
    const [, end] = await Promise.allSettled([app.close(), answer]);
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ECONNRESET' } });
    expect(logger.lines).toEqual(['Cut off after the 20 ms of drainTimeout, unanswered: HTTP requests: 1.']);
    expect(place.story).toEqual(['begun', 'destroyed']);
  });

  it('takes requests for the whole of drainDelay', async () => {
    await boot({ drainDelay: '300ms' });
    const closing = app.close();
    await eventually('readiness is red', async () => (await ask('/health/ready')).status === 503);
    expect((await ask('/quick')).status).toBe(200);
    await closing;
  });
});

describe('the connections of an idle server', () => {
  const keptFor = async (options: Partial<ServiceOptions>, own?: number) => {
    const module = await Test.createTestingModule({
      imports: [ServiceModule.forRoot({ name: 'a', ...options })],
    }).compile();
    const app = module.createNestApplication({ logger: false });
    const server = app.getHttpServer() as Server;
    if (own !== undefined) server.keepAliveTimeout = own;
    await app.init();
    await app.close();
    return server.keepAliveTimeout;
  };

  it.each<[string, Partial<ServiceOptions>, number | undefined, number]>([
    ['longer than proxies keep them', {}, undefined, 65_000],
    ['as long as the app has set', {}, 7_000, 7_000],
    ['without end when the app has said so', {}, 0, 0],
    ['as long as the option says', { keepAliveTimeout: '2m' }, 7_000, 120_000],
  ])('are kept %s', async (_case, options, own, expected) => {
    expect(await keptFor(options, own)).toBe(expected);
  });

  it.each<[Partial<ServiceOptions>, string]>([
    [{ keepAliveTimeout: 0 }, 'keepAliveTimeout: Invalid value 0.'],
    [{ drainTimeout: 'soon' as never }, 'drainTimeout: Invalid value "soon".'],
    [{ drainDelay: '1h' }, 'drainDelay: Invalid value "1h".'],
  ])('cannot be configured by %j', async (options, message) => {
    await expect(keptFor(options)).rejects.toThrow(message);
  });
});

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
