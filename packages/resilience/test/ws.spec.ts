import { Controller, Get, type INestApplication, UseFilters } from '@nestjs/common';
import { type ArgumentsHost, Catch } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { Test } from '@nestjs/testing';
import { RookeryError } from '@rookery/common';
import { concat, of, throwError } from 'rxjs';
import { ResilienceModule } from '../src/index.js';
import { BusyError, errorNamed, INSIDE } from './remote-errors.js';

@Catch(RookeryError)
class OwnFilter {
  catch(_error: RookeryError, host: ArgumentsHost) {
    host
      .switchToWs()
      .getClient<WebSocket>()
      .send(JSON.stringify({ event: 'own', data: 'mine' }));
  }
}

@WebSocketGateway()
class Gateway {
  @SubscribeMessage('fail')
  async fail(@MessageBody('how') how: string) {
    throw errorNamed(how);
  }

  @SubscribeMessage('stream')
  stream() {
    return concat(
      of({ event: 'stream', data: 'first' }),
      throwError(() => new BusyError(429, 20)),
    );
  }

  @SubscribeMessage('own')
  own() {
    throw new WsException('of my own');
  }
}

/** A gateway with a filter of its own, and one that inherits what its parent has. */
@UseFilters(OwnFilter)
@WebSocketGateway({ path: '/own' })
class OwnGateway {
  @SubscribeMessage('fail')
  fail() {
    throw new BusyError();
  }
}

@WebSocketGateway({ path: '/child' })
class ChildGateway extends Gateway {}

@Controller()
class Web {
  @Get()
  up() {
    return 'up';
  }
}

describe('errors of a gateway', () => {
  const lines: string[] = [];
  const sockets: WebSocket[] = [];
  let app: INestApplication;

  async function boot(): Promise<INestApplication> {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot()],
      controllers: [Web],
      providers: [Gateway, OwnGateway, ChildGateway],
    }).compile();
    const logger = { log() {}, warn() {}, error: (entry: unknown) => void lines.push(String(entry)) };
    const booted = module.createNestApplication({ logger });
    booted.useWebSocketAdapter(new WsAdapter(booted));
    await booted.listen(0, '127.0.0.1');
    return booted;
  }

  beforeAll(async () => {
    app = await boot();
  });

  beforeEach(() => lines.splice(0));

  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await app.close();
  });

  /** What comes back for one message, up to the event that ends the test. */
  async function ask(event: string, data: unknown, path = '/', last = 'exception') {
    const socket = new WebSocket((await app.getUrl()).replace('http', 'ws') + path);
    sockets.push(socket);
    const seen: unknown[] = [];
    return new Promise<unknown[]>((resolve, reject) => {
      socket.addEventListener('error', reject);
      socket.addEventListener('open', () => socket.send(JSON.stringify({ event, data })));
      socket.addEventListener('message', ({ data: text }) => {
        const message = JSON.parse(text as string) as { event: string };
        seen.push(message);
        if (message.event === last) resolve(seen);
      });
    });
  }

  const exception = (pattern: string, data: unknown, facts: object) => ({
    event: 'exception',
    data: { status: 'error', ...facts, cause: { pattern, data } },
  });

  it.each([
    ['busy', { code: 'BUSY', statusCode: 503, message: 'Service Unavailable', retryAfterMs: 1_501 }],
    ['soon', { code: 'BUSY', statusCode: 503, message: 'Service Unavailable' }],
    ['late', { code: 'BUSY', statusCode: 504, message: 'Gateway Timeout' }],
  ])('tell the client that it is %s, and which message it was', async (how, facts) => {
    expect(await ask('fail', { how })).toEqual([exception('fail', { how }, facts)]);
    expect(lines).toEqual([]);
  });

  it('end a stream that has begun', async () => {
    const facts = { code: 'BUSY', statusCode: 429, message: 'Too Many Requests', retryAfterMs: 20 };
    expect(await ask('stream', {})).toEqual([
      { event: 'stream', data: 'first' },
      exception('stream', {}, facts),
    ]);
  });

  it('say nothing of an error without a status, and log it', async () => {
    const how = 'statusless';
    expect(await ask('fail', { how })).toEqual([
      exception('fail', { how }, { message: 'Internal server error' }),
    ]);
    expect(lines).toEqual([expect.stringContaining(INSIDE)]);
  });

  it("leave Nest's own errors to Nest", async () => {
    expect(await ask('own', {})).toEqual([exception('own', {}, { message: 'of my own' })]);
  });

  it("come to the gateway's own filter first", async () => {
    expect(await ask('fail', {}, '/own', 'own')).toEqual([{ event: 'own', data: 'mine' }]);
  });

  it('are answered once also by a gateway that extends another', async () => {
    const facts = { code: 'BUSY', statusCode: 504, message: 'Gateway Timeout' };
    expect(await ask('fail', { how: 'late' }, '/child')).toEqual([exception('fail', { how: 'late' }, facts)]);
  });

  it('leave one mark on the class, however many apps it is in', async () => {
    const marks = () =>
      [Gateway, OwnGateway, ChildGateway].map(
        (gateway) => (Reflect.getMetadata('__exceptionFilters__', gateway) as unknown[]).length,
      );
    expect(marks()).toEqual([1, 2, 1]);
    await (await boot()).close();
    expect(marks()).toEqual([1, 2, 1]);
    expect(Reflect.getMetadata('__exceptionFilters__', Web)).toBeUndefined();
  });
});
