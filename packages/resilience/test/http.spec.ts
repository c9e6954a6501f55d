import { Controller, Get, type INestApplication, NotFoundException } from '@nestjs/common';
import { type AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import { RookeryError } from '@rookery/common';
import { CircuitBreaker, ResilienceModule, Timeout } from '@rookery/resilience';
import { silent } from './support.js';

class StatuslessError extends RookeryError {
  readonly code = 'STATUSLESS';
}

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

  @Get('statusless')
  statusless() {
    throw new StatuslessError('inside');
  }
}

describe('errors over HTTP', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot()],
      controllers: [Web],
    })
      .setLogger(silent)
      .compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0);
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });

  afterAll(() => app.close());

  async function get(path: string) {
    const response = await fetch(`${url}/${path}`);
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: (await response.json()) as unknown };
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

  it("leave Nest's own errors to Nest", async () => {
    const { status, body } = await get('missing');
    expect([status, body]).toEqual([404, { statusCode: 404, error: 'Not Found', message: 'no such user' }]);
  });

  it('leave errors without a status to Nest', async () => {
    const { status, body } = await get('statusless');
    expect([status, body]).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
  });
});
