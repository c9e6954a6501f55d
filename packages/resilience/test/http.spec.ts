import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type ModuleMetadata,
  type NestMiddleware,
  type NestModule,
  NotFoundException,
  Param,
  Res,
  Sse,
} from '@nestjs/common';
import { type AbstractHttpAdapter, APP_FILTER } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { type ServerResponse } from 'node:http';
import { concat, of, throwError } from 'rxjs';
import { CircuitBreaker, ResilienceModule, Timeout } from '../src/index.js';
import { BusyError, errorNamed, INSIDE } from './remote-errors.js';
import { silent } from './support.js';

@Controller()
class Web {
  @Get('open')
  @CircuitBreaker({ consecutiveFailures: 1, openDuration: '90s' })
  open() {
    throw new Error('broken');
  }

  @Get('slow')
  @Timeout(1)
  slow() {
    return new Promise(() => {});
  }

  @Get('missing')
  @CircuitBreaker()
  missing() {
    throw new NotFoundException('no such user');
  }

  @Get('fails/:how')
  fails(@Param('how') how: string) {
    throw errorNamed(how);
  }

  @Get('half')
  half(@Res() response: ServerResponse & { raw?: ServerResponse }) {
    (response.raw ?? response).write('half of');
    throw new BusyError(503, 1_000);
  }

  @Sse('stream')
  stream() {
    return concat(
      of({ data: 'first' }),
      throwError(() => new BusyError(503, 1_000)),
    );
  }

  @Sse('no-stream')
  async noStream() {
    throw new BusyError(503, 1_000);
  }

  @Get('guarded')
  guarded() {
    return 'never reached';
  }
}

@Injectable()
class Refuse implements NestMiddleware {
  use() {
    throw new BusyError(429, 3_000);
  }
}

@Module({ imports: [ResilienceModule.forRoot()], controllers: [Web], providers: [Refuse] })
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(Refuse).forRoutes('guarded');
  }
}

const adapters: [string, () => AbstractHttpAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

describe.each(adapters)('errors over HTTP with %s', (_name, createAdapter) => {
  const logged: unknown[] = [];
  const logger = { ...silent, error: (entry: unknown) => void logged.push(entry) };
  let app: INestApplication;

  beforeAll(async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(silent)
      .compile();
    app = module.createNestApplication(createAdapter(), { logger });
    await app.listen(0, '127.0.0.1');
  });

  afterAll(() => app.close());

  async function get(path: string) {
    const response = await fetch(`${await app.getUrl()}/${path}`);
    const text = await response.text();
    expect(text).not.toContain(path === 'stream' ? 'statusCode' : INSIDE);
    const json = response.headers.get('content-type')?.startsWith('application/json');
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: json ? (JSON.parse(text) as unknown) : text };
  }

  it('answer 503 with Retry-After while a circuit is open', async () => {
    expect((await get('open')).status).toBe(500);
    const { status, retryAfter, body } = await get('open');
    expect(status).toBe(503);
    expect(Number(retryAfter)).toBeGreaterThan(80);
    expect(Number(retryAfter)).toBeLessThanOrEqual(90);
    expect(body).toEqual({ statusCode: 503, message: 'Service Unavailable', code: 'CIRCUIT_OPEN' });
  });

  it('answer 504 on a time-out', async () => {
    expect(await get('slow')).toEqual({
      status: 504,
      retryAfter: null,
      body: { statusCode: 504, message: 'Gateway Timeout', code: 'TIMEOUT' },
    });
  });

  it.each([
    ['busy', 503, '2', 'Service Unavailable'],
    ['soon', 503, '1', 'Service Unavailable'],
    ['unsure', 503, null, 'Service Unavailable'],
    ['never', 503, null, 'Service Unavailable'],
    ['silent', 503, null, 'Service Unavailable'],
    ['limited', 429, '1', 'Too Many Requests'],
    ['gateway', 502, '2', 'Bad Gateway'],
    ['wrong', 400, '1', 'Bad Request'],
    ['gone', 410, null, 'Gone'],
    ['odd', 499, null, 'Error'],
  ])('answer %s with %i and Retry-After %s', async (how, statusCode, retryAfter, message) => {
    const body = { statusCode, message, code: 'BUSY' };
    logged.splice(0);
    expect(await get(`fails/${how}`)).toEqual({ status: statusCode, retryAfter, body });
    expect(logged).toEqual([]);
  });

  it('know an error of a second copy of the suite', async () => {
    const { status, body } = await get('fails/foreign');
    expect([status, body]).toEqual([504, { statusCode: 504, message: 'Gateway Timeout', code: 'FOREIGN' }]);
  });

  it.each(['statusless', 'fine', 'beyond'])(
    'leave an error that is %s to Nest, which logs it',
    async (how) => {
      logged.splice(0);
      const { status, body } = await get(`fails/${how}`);
      expect(logged).toMatchObject([{ message: INSIDE }]);
      expect([status, body]).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
    },
  );

  it("leave Nest's own errors to Nest", async () => {
    const { status, body } = await get('missing');
    expect([status, body]).toEqual([404, { statusCode: 404, error: 'Not Found', message: 'no such user' }]);
  });

  it('reach the client from a middleware', async () => {
    expect(await get('guarded')).toEqual({
      status: 429,
      retryAfter: '3',
      body: { statusCode: 429, message: 'Too Many Requests', code: 'BUSY' },
    });
  });

  it('replace no response whose headers are sent', async () => {
    expect(await get('half')).toEqual({ status: 200, retryAfter: null, body: 'half of' });
  });

  it('leave a stream of events to end with its own event, and answer one that never began', async () => {
    const { status, retryAfter, body } = await get('stream');
    expect([status, retryAfter]).toEqual([200, null]);
    expect(body).toMatch(/data: first\n\n[^]*event: error\n/);
    expect(await get('no-stream')).toMatchObject({ status: 503, retryAfter: '1' });
  });
});

describe('the order of filters', () => {
  @Catch()
  class OwnFilter implements ExceptionFilter {
    catch(_error: unknown, host: ArgumentsHost) {
      host.switchToHttp().getResponse<ServerResponse>().end('by the app');
    }
  }

  const own = { provide: APP_FILTER, useClass: OwnFilter };

  async function answerOf(parts: ModuleMetadata, prepare: (app: INestApplication) => void = () => {}) {
    const module = await Test.createTestingModule({ controllers: [Web], ...parts })
      .setLogger(silent)
      .compile();
    const app = module.createNestApplication({ logger: false });
    prepare(app);
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`${await app.getUrl()}/fails/busy`);
    const text = await response.text();
    await app.close();
    return text;
  }

  @Module({ providers: [own] })
  class OwnModule {}

  it.each([
    ['in the root module', { imports: [ResilienceModule.forRoot()], providers: [own] }],
    ['in a module that is imported before', { imports: [OwnModule, ResilienceModule.forRoot()] }],
    ['in a module that is imported after', { imports: [ResilienceModule.forRoot(), OwnModule] }],
  ])("has the app's own APP_FILTER first, %s", async (_where, parts) => {
    expect(await answerOf(parts)).toBe('by the app');
  });

  it("has the app's own useGlobalFilters() first", async () => {
    const imports = [ResilienceModule.forRoot()];
    expect(await answerOf({ imports })).toContain('BUSY');
    expect(await answerOf({ imports }, (app) => app.useGlobalFilters(new OwnFilter()))).toBe('by the app');
  });
});
