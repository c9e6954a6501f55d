import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { DeadlineExceededError, TIMEOUT_HEADER } from '@rookery/common';
import { eventually } from '@rookery/testing';
import { type DeadlineOptions, ServiceModule } from '../src/index.js';
import { JobLog, limitedJobs } from './limited-jobs.js';
import { warnings } from './workplace.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const EXCEEDED = { statusCode: 504, message: 'Gateway Timeout', code: 'DEADLINE_EXCEEDED' };

@Catch(HttpException)
class OwnFilter implements ExceptionFilter<HttpException> {
  catch({ cause }: HttpException, host: ArgumentsHost): void {
    const { name } = cause as Error;
    host
      .switchToHttp()
      .getResponse<{ status(code: number): { send(body: object): void } }>()
      .status(504)
      .send({ name });
  }
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('a request to %s', (_name, adapter) => {
  const boot = async (deadlines?: DeadlineOptions | false, ...filters: ExceptionFilter[]) => {
    const log = new JobLog();
    const logger = warnings();
    const module = await Test.createTestingModule({
      imports: [ServiceModule.forRoot({ name: 'a', ...(deadlines !== undefined && { deadlines }) })],
      ...limitedJobs(log),
    }).compile();
    const app = module.createNestApplication(adapter(), { logger });
    app.useGlobalFilters(...filters);
    open.push(
      () => log.release.open(),
      () => app.close(),
    );
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const ask = async (
      path: string,
      timeout?: string,
      init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
    ) => {
      const headers = { ...(timeout !== undefined && { [TIMEOUT_HEADER]: timeout }), ...init.headers };
      const answer = await fetch(`${url}/${path}`, { ...init, headers });
      const body = await answer.text();
      return { status: answer.status, body: body.startsWith('{') ? (JSON.parse(body) as unknown) : body };
    };
    return { log, lines: logger.lines, ask, url };
  };

  it("tells its handler when the caller's time is up, and is answered then", async () => {
    const { log, ask, lines } = await boot();
    expect(await ask('wait', '50')).toEqual({ status: 504, body: EXCEEDED });
    expect(log.givenUp).toEqual(['DEADLINE_EXCEEDED']);
    expect(lines).toEqual([]);
  });

  it('is answered also when its handler does not listen, whose late result goes nowhere', async () => {
    const { log, ask, lines } = await boot();
    expect(await ask('deaf', '50')).toEqual({ status: 504, body: EXCEEDED });
    log.release.open();
    expect(await ask('left')).toMatchObject({ status: 200 });
    expect(lines).toEqual([]);
  });

  it("is not begun when the caller's time was up on the way", async () => {
    const { log, ask } = await boot();
    expect(await ask('deaf', '0')).toEqual({ status: 504, body: EXCEEDED });
    expect(await ask('deaf', '0', { method: 'POST', body: 'x'.repeat(100_000) })).toMatchObject({
      status: 504,
    });
    expect(log.begun).toEqual([]);
  });

  it('is answered, and its handler never begun, when something before the handler takes too long', async () => {
    const { log, ask, lines } = await boot();
    expect(await ask('guarded', '50')).toEqual({ status: 504, body: EXCEEDED });
    log.release.open();
    expect(await ask('left')).toMatchObject({ status: 200 });
    expect(log.begun).toEqual([]);
    expect(lines).toEqual([]);
  });

  it("has what is left of the caller's time, also after its body was read", async () => {
    const { ask } = await boot();
    const post = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };
    for (const init of [{}, post]) {
      const { body } = await ask('left', '5000', init);
      const { left } = body as { left: number };
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(5_000);
    }
  });

  it('has no limit when its caller brings none, or none that can be read', async () => {
    const { ask } = await boot();
    for (const timeout of [undefined, 'soon', '-1']) {
      expect(await ask('left', timeout)).toMatchObject({ body: { left: null } });
    }
  });

  it('has the limit of the options when its caller brings none, and never more than the longest', async () => {
    const { ask } = await boot({ default: 40, longest: 60 });
    expect(await ask('deaf')).toEqual({ status: 504, body: EXCEEDED });
    expect(await ask('deaf', '60000')).toEqual({ status: 504, body: EXCEEDED });
  });

  it('is not limited at all when the options say so', async () => {
    const { ask } = await boot(false);
    expect(await ask('left', '5000')).toMatchObject({ body: { left: null } });
  });

  it('is answered by the filters of the app, which learn the cause', async () => {
    const { ask } = await boot({}, new OwnFilter());
    expect(await ask('wait', '50')).toEqual({ status: 504, body: { name: DeadlineExceededError.name } });
  });

  it('tells its handler when the caller leaves', async () => {
    const { log, ask, lines } = await boot();
    const caller = new AbortController();
    const left = ask('wait', undefined, { signal: caller.signal });
    await log.entered.passed;
    caller.abort();
    await expect(left).rejects.toThrow();
    await eventually('the handler was told', () => log.givenUp.length > 0);
    expect(log.givenUp).toEqual(['CALLER_GONE']);
    expect(lines).toEqual([]);
  });

  it('is not cut once its answer has begun', async () => {
    const { log, ask } = await boot({ default: 20 });
    const answer = ask('stream');
    await log.entered.passed;
    // Longer than the limit: a request that came later has run into it.
    expect(await ask('deaf')).toMatchObject({ status: 504 });
    log.release.open();
    expect(await answer).toEqual({ status: 200, body: 'first last' });
  });

  it('for server-sent events has no limit, and its stream ends when the caller leaves', async () => {
    const { url } = await boot({ default: 20 });
    const caller = new AbortController();
    const answer = await fetch(`${url}/ticks`, { signal: caller.signal });
    const text = answer.body?.pipeThrough(new TextDecoderStream());
    let received = '';
    for await (const chunk of text ?? []) {
      received += chunk;
      if (received.split('data:').length > 10) break;
    }
    expect(received).not.toContain('"left":0');
    expect(received).toContain('"deadline":"none"');
    caller.abort();
  });
});
