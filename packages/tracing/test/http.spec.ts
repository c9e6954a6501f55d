import { Body, Controller, Get, Inject, Injectable, Param, Post, Res, Sse } from '@nestjs/common';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type Response } from 'express';
import { get } from 'node:http';
import { connect } from 'node:net';
import { interval, map } from 'rxjs';
import { currentContext, runInContext } from '@rookery/common';
import { ATTRIBUTES, Span, Tracer } from '../src/index.js';
import { record, type Recorded } from './recording.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

@Injectable()
class Users {
  @Span('load user')
  async load(id: string) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { id };
  }
}

let hang: ((response: Response) => unknown) | undefined;

@Controller('users')
class UsersController {
  constructor(
    private readonly users: Users,
    @Inject(Tracer) private readonly tracer: Tracer,
  ) {}

  @Get(':id')
  async find(@Param('id') id: string) {
    await Promise.resolve();
    return { ...(await this.users.load(id)), trace: this.tracer.currentTraceId() };
  }

  @Post()
  create(@Body() body: object) {
    return { ...body, trace: this.tracer.currentTraceId(), deadline: currentContext().deadline ?? null };
  }

  @Get('broken/now')
  broken() {
    throw new Error('out of order');
  }

  @Get('never/ends')
  never(@Res() response: Response) {
    hang?.(response);
  }

  @Sse('events/all')
  events() {
    return interval(1).pipe(map((data) => ({ data })));
  }
}

@Controller('health')
class HealthController {
  constructor(private readonly users: Users) {}

  @Get('live')
  live() {
    return this.users.load('health');
  }
}

const parts = { controllers: [UsersController, HealthController], providers: [Users] };

let recorded: Recorded;
const fetchJson = async (path: string, init?: RequestInit) =>
  (await (await fetch(recorded.url + path, init)).json()) as Record<string, unknown>;

beforeEach(async () => {
  recorded = await record(parts, {}, (app) => app.setGlobalPrefix('api', { exclude: ['health/live'] }));
});

describe('a request', () => {
  it('is a server span named by its route, with the stable attributes', async () => {
    const answer = await fetchJson('/api/users/7?page=2&access_token=abc');
    const span = await recorded.span('GET /api/users/:id');
    expect(answer['trace']).toBe(span.spanContext().traceId);
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toMatchObject({
      [ATTRIBUTES.httpMethod]: 'GET',
      [ATTRIBUTES.httpRoute]: '/api/users/:id',
      [ATTRIBUTES.httpStatus]: 200,
      [ATTRIBUTES.urlPath]: '/api/users/7',
      [ATTRIBUTES.urlQuery]: 'page=2&access_token=REDACTED',
      [ATTRIBUTES.urlScheme]: 'http',
      [ATTRIBUTES.serverAddress]: '127.0.0.1',
      [ATTRIBUTES.serverPort]: Number(new URL(recorded.url).port),
      [ATTRIBUTES.clientAddress]: '127.0.0.1',
      [ATTRIBUTES.protocolVersion]: '1.1',
    });
    expect(span.resource.attributes[ATTRIBUTES.serviceName]).toBe('test');
  });

  it('continues the trace that came with it', async () => {
    await fetchJson('/api/users/7', {
      headers: { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'other=1' },
    });
    const span = await recorded.span('GET /api/users/:id');
    expect(span.spanContext().traceId).toBe(TRACE);
    expect(span.parentSpanContext).toMatchObject({ spanId: PARENT, isRemote: true });
    expect(span.spanContext().traceState?.get('other')).toBe('1');
  });

  it('records nothing when the caller decided not to, and keeps the trace id for the logs', async () => {
    const answer = await fetchJson('/api/users/7', { headers: { traceparent: `00-${TRACE}-${PARENT}-00` } });
    expect(answer['trace']).toBe(TRACE);
    expect(await recorded.spans()).toEqual([]);
  });

  it('starts a trace of its own when the header is malformed or doubled', async () => {
    await new Promise((resolve) =>
      get(
        `${recorded.url}/api/users/7`,
        { headers: { traceparent: [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01`] } },
        (response) => response.resume().on('end', resolve),
      ),
    );
    expect((await recorded.span('GET /api/users/:id')).spanContext().traceId).not.toBe(TRACE);
  });

  it('keeps its context behind the body parser', async () => {
    const answer = await fetchJson('/api/users', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ada' }),
    });
    expect(answer['trace']).toBe((await recorded.span('POST /api/users')).spanContext().traceId);
  });

  it('is failed by a status of 500 and above only', async () => {
    await fetchJson('/api/users/broken/now');
    await fetchJson('/api/nowhere');
    const broken = await recorded.span('GET /api/users/broken/now');
    expect(broken.status.code).toBe(SpanStatusCode.ERROR);
    expect(broken.attributes[ATTRIBUTES.errorType]).toBe('500');
    const missing = await recorded.span('GET');
    expect(missing.status.code).toBe(SpanStatusCode.UNSET);
    expect(missing.attributes).toMatchObject({ [ATTRIBUTES.httpStatus]: 404 });
    expect(missing.attributes).not.toHaveProperty([ATTRIBUTES.httpRoute]);
  });

  it('below an ignored path is not traced, nor is what it causes', async () => {
    expect(await fetchJson('/health/live')).toEqual({ id: 'health' });
    expect(await fetchJson('/api/users/1')).toMatchObject({ id: '1' });
    await recorded.span('GET /api/users/:id');
    expect((await recorded.spans()).map((span) => span.name)).toEqual(['load user', 'GET /api/users/:id']);
  });

  it('that is aborted ends its span, and says so', async () => {
    const arrived = new Promise<void>((resolve) => {
      hang = () => resolve();
    });
    const client = get(`${recorded.url}/api/users/never/ends`).on('error', () => undefined);
    await arrived;
    client.destroy();
    const span = await recorded.span('GET /api/users/never/ends');
    expect(span.attributes[ATTRIBUTES.httpAborted]).toBe(true);
    expect(span.attributes).not.toHaveProperty([ATTRIBUTES.httpStatus]);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('that waits behind another on its connection ends its span when the connection goes', async () => {
    let arrivals = 0;
    const arrived = new Promise<void>((resolve) => {
      hang = () => ++arrivals === 2 && resolve();
    });
    const socket = connect(Number(new URL(recorded.url).port), '127.0.0.1');
    socket.write('GET /api/users/never/ends HTTP/1.1\r\nhost: test\r\n\r\n'.repeat(2));
    await arrived;
    socket.destroy();
    while ((await recorded.spans()).length < 2) await new Promise(setImmediate);
    const names = (await recorded.spans()).map((span) => span.name);
    expect(names).toEqual(['GET /api/users/never/ends', 'GET /api/users/never/ends']);
  });

  it('for a stream lasts until the stream is left', async () => {
    const abort = new AbortController();
    const response = await fetch(`${recorded.url}/api/users/events/all`, { signal: abort.signal });
    await response.body?.getReader().read();
    expect(await recorded.spans()).toEqual([]);
    abort.abort();
    const span = await recorded.span('GET /api/users/events/all');
    expect(span.attributes).toMatchObject({ [ATTRIBUTES.httpStatus]: 200, [ATTRIBUTES.httpAborted]: true });
  });
});

describe('requests', () => {
  it('on one connection and at the same time never share a trace', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, id) => fetchJson(`/api/users/${id}`)));
    const traces = answers.map((answer) => answer['trace']);
    expect(new Set(traces).size).toBe(40);
    for (const [id, trace] of traces.entries()) {
      const spans = (await recorded.spans()).filter((span) => span.spanContext().traceId === trace);
      const server = spans.find((span) => span.kind === SpanKind.SERVER);
      const inner = spans.find((span) => span.name === 'load user');
      expect(server?.attributes[ATTRIBUTES.urlPath]).toBe(`/api/users/${id}`);
      expect(inner?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId);
    }
  });

  it('inherit nothing from the context in which the server started to listen', async () => {
    const inner = await runInContext({ deadline: 1 }, () => record(parts));
    const response = await fetch(`${inner.url}/users`, { method: 'POST' });
    expect(await response.json()).toMatchObject({ deadline: null });
    await inner.app.close();
  });
});
