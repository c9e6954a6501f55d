import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type AnswerOptions,
  ClientModule,
  getHttpClientToken,
  type HttpClientOptions,
  type HttpServiceClient,
  HttpStatusError,
  RequestFailedError,
} from '@rookery/client';
import {
  CallObserver,
  isRookeryError,
  type ObservedCall,
  parseTimeout,
  runWithDeadline,
  systemClock,
  TIMEOUT_HEADER,
} from '@rookery/common';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { type PolicyOptions, PolicyRegistry, ResilienceModule } from '@rookery/resilience';

const POLICIES: Record<string, PolicyOptions> = {
  users: {
    timeout: { total: '5s', attempt: '500ms' },
    retry: { attempts: 3, backoff: { delay: 1 } },
    circuitBreaker: { consecutiveFailures: 5 },
  },
  impatient: { timeout: { total: '100ms' } },
};

const open: { servers: Server[]; apps: TestingModule[] } = { servers: [], apps: [] };

afterEach(async () => {
  await Promise.all(open.apps.splice(0).map((app) => app.close()));
  await Promise.all(open.servers.splice(0).map(stop));
});

async function serve(
  listener: RequestListener,
): Promise<{ server: Server; port: number; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  open.servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, seen };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const cut: RequestListener = (request) => request.socket.destroy();

async function boot(
  ports: readonly number[],
  options: Partial<HttpClientOptions> = { policy: 'users' },
  imports: DynamicModule[] = [],
) {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies: POLICIES }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      ClientModule.forFeature([{ service: 'user-service', ...options }]),
      ...imports,
    ],
  }).compile();
  open.apps.push(app);
  await app.init();
  for (const [index, port] of ports.entries()) {
    await app
      .get(ServiceRegistry)
      .register({ id: `user-${index}`, service: 'user-service', host: '127.0.0.1', port });
  }
  return { app, client: app.get<HttpServiceClient>(getHttpClientToken('user-service'), { strict: false }) };
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`It succeeded with ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}

describe("the caller's time", () => {
  const { signal } = new AbortController();
  const told = (request: IncomingMessage | undefined) => parseTimeout(request?.headers[TIMEOUT_HEADER]);

  it('is told with each try: what is left of it, or the limit of the try where that is less', async () => {
    const { port, seen } = await serve(json(200, {}));
    const { client } = await boot([port]);
    await client.get('/a');
    await runWithDeadline(systemClock, 300, signal, () => client.get('/a'));
    await client.get('/a', { timeout: 200 });
    for (const [index, most] of [500, 300, 200].entries()) {
      expect(told(seen[index])).toBeGreaterThan(0);
      expect(told(seen[index])).toBeLessThanOrEqual(most);
    }
  });

  it('is less for the second try than for the first, and never what a caller passes on by hand', async () => {
    const { port, seen } = await serve((request, response) =>
      seen.length === 1 ? setTimeout(() => cut(request, response), 20) : json(200, {})(request, response),
    );
    const { client } = await boot([port], { timeout: '5s' });
    await runWithDeadline(systemClock, 2_000, signal, () =>
      client.get('/a', { headers: { [TIMEOUT_HEADER]: '9999' } }),
    );
    const [first = 0, second = 0] = seen.map(told);
    expect(first).toBeLessThanOrEqual(2_000);
    expect(second).toBeLessThan(first);
  });

  it('sends nothing once it is up', async () => {
    const { port, seen } = await serve(json(200, {}));
    const { client } = await boot([port]);
    const late = failureOf(runWithDeadline(systemClock, 0, signal, () => client.get('/a')));
    expect(await late).toMatchObject({ code: 'TIMEOUT', scope: 'deadline' });
    expect(seen).toEqual([]);
  });
});

describe('HTTP service client', () => {
  it('sends JSON and resolves with the decoded answer, for each method', async () => {
    const { port, seen } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        json(200, { method: request.method, url: request.url, body })(request, response);
      });
    });
    const { client } = await boot([port]);
    const sent = { name: 'Ada' };
    expect(await client.get('/users/:id', { params: { id: 'a/b' }, query: { full: true } })).toEqual({
      method: 'GET',
      url: '/users/a%2Fb?full=true',
      body: '',
    });
    for (const method of ['post', 'put', 'patch'] as const) {
      expect(await client[method]('/users', sent)).toEqual({
        method: method.toUpperCase(),
        url: '/users',
        body: JSON.stringify(sent),
      });
    }
    expect(await client.delete('/users')).toMatchObject({ method: 'DELETE' });
    expect(seen.find(({ method }) => method === 'POST')?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
    });
  });

  it('resolves with nothing for an empty answer and with text for anything that is not JSON', async () => {
    const { port } = await serve((request, response) =>
      request.url === '/text' ? response.end('plain') : response.writeHead(204).end(),
    );
    const { client } = await boot([port]);
    expect(await client.get('/empty')).toBeUndefined();
    expect(await client.get('/text')).toBe('plain');
  });

  it('rejects a status of 400 or more with the status and the body, without a retry for 4xx', async () => {
    const { port, seen } = await serve(json(404, { message: 'no such user' }));
    const { client } = await boot([port]);
    const error = await failureOf(client.get('/users/:id', { params: { id: 1 } }));
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({ status: 404, responseStatus: 502, body: { message: 'no such user' } });
    expect((error as Error).message).toBe('GET user-service/users/:id: answered 404');
    expect(seen).toHaveLength(1);
  });

  it('rejects JSON that is broken, and does not follow a redirect', async () => {
    const { port } = await serve((request, response) =>
      request.url === '/moved'
        ? response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
        : response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'),
    );
    const { client } = await boot([port]);
    expect(isRookeryError(await failureOf(client.get('/')), 'INVALID_RESPONSE')).toBe(true);
    expect(await failureOf(client.get('/moved'))).toMatchObject({ code: 'HTTP_STATUS', status: 302 });
  });

  it('rejects an answer that is too large, and asks nobody again', async () => {
    const { port, seen } = await serve((_request, response) => response.end('x'.repeat(11 * 1024 * 1024)));
    const { app, client } = await boot([port]);
    expect(isRookeryError(await failureOf(client.get('/')), 'ANSWER_TOO_LARGE')).toBe(true);
    expect(seen).toHaveLength(1);
    expect(app.get(PolicyRegistry).state('users')).toBe('closed');
  });

  it('tries another instance when one gives no answer', async () => {
    const bad = await serve(cut);
    const good = await serve(json(200, 'fine'));
    const { client } = await boot([bad.port, good.port]);
    for (let call = 0; call < 20; call += 1) expect(await client.get('/')).toBe('fine');
    expect(good.seen).toHaveLength(20);
    expect(bad.seen.length).toBeGreaterThan(0);
  });

  it('says after how many retries it gave up, and why', async () => {
    const { port, seen } = await serve(json(503, {}));
    const { client } = await boot([port]);
    const error = await failureOf(client.get('/'));
    expect(error).toBeInstanceOf(RequestFailedError);
    expect((error as Error).message).toBe(
      'GET user-service/: request failed after 2 retries: GET user-service/: answered 503',
    );
    expect((error as Error).cause).toBeInstanceOf(HttpStatusError);
    expect(seen).toHaveLength(3);
  });

  it('never sends a POST twice once it may have arrived, unless it is said to be idempotent', async () => {
    const { port, seen } = await serve(cut);
    const { client } = await boot([port]);
    expect(isRookeryError(await failureOf(client.post('/', {})), 'CONNECTION_FAILED')).toBe(true);
    expect(seen).toHaveLength(1);
    await failureOf(client.post('/', {}, { idempotent: true }));
    expect(seen).toHaveLength(4);
  });

  it('tries a POST again elsewhere when the connection was refused, because it cannot have arrived', async () => {
    const gone = await serve(json(200, ''));
    const good = await serve(json(201, 'made'));
    await stop(gone.server);
    const { client } = await boot([gone.port, good.port]);
    for (let call = 0; call < 10; call += 1) expect(await client.post('/', {})).toBe('made');
  });

  it('opens the circuit when nobody answers, and then rejects at once', async () => {
    const gone = await serve(json(200, ''));
    await stop(gone.server);
    const { app, client } = await boot([gone.port]);
    await failureOf(client.get('/'));
    await failureOf(client.get('/'));
    expect(app.get(PolicyRegistry).state('users')).toBe('open');
    const error = await failureOf(client.get('/'));
    expect(isRookeryError(error, 'CIRCUIT_OPEN')).toBe(true);
    expect((error as Error).message).toContain('circuit breaker is open');
  });

  it('keeps the circuit closed when one instance of two dies under many calls', async () => {
    const good = await serve(json(200, 'fine'));
    const dying = await serve(() => {});
    const { app, client } = await boot([good.port, dying.port]);
    const calls = Array.from({ length: 30 }, () => client.get('/'));
    while (dying.seen.length < 5) await new Promise((resolve) => setImmediate(resolve));
    await stop(dying.server);
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['fine']));
    expect(app.get(PolicyRegistry).state('users')).toBe('closed');
  });

  it('says that nobody is registered, as often as it is asked, and works as soon as somebody is', async () => {
    const { app, client } = await boot([]);
    for (let call = 0; call < 5; call += 1)
      expect(isRookeryError(await failureOf(client.get('/')), 'NO_INSTANCES')).toBe(true);
    expect(app.get(PolicyRegistry).state('users')).toBe('closed');
    const { port } = await serve(json(200, 'fine'));
    await app.get(ServiceRegistry).register({ service: 'user-service', host: '127.0.0.1', port });
    expect(await client.get('/')).toBe('fine');
  });

  it('refuses options that a call does not have, before anything is sent', async () => {
    const { port } = await serve(json(200, 'fine'));
    const { client } = await boot([port]);
    const misspelt = failureOf(client.get('/', { timout: 5 } as never));
    await expect(misspelt).resolves.toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining(
        'timout: Unknown option of a call. Known options: params, query, headers,',
      ),
    });
    const options: Required<Omit<AnswerOptions<string>, 'schema' | 'bodySchema'>> = {
      params: {},
      query: {},
      headers: {},
      timeout: '5s',
      signal: new AbortController().signal,
      idempotent: true,
      idempotencyKey: true,
      balancing: {},
      responseType: 'json',
      errors: [],
      maxResponseSize: 100,
      onUploadProgress: () => {},
      onDownloadProgress: () => {},
    };
    expect(await client.get('/', options)).toBe('fine');
  });

  it('opens no circuit for others when a route leads nowhere', async () => {
    const { port } = await serve(json(200, 'fine'));
    const { client } = await boot([port]);
    const lost = { balancing: { route: { version: '9' } } };
    for (let call = 0; call < 5; call += 1)
      expect(isRookeryError(await failureOf(client.get('/', lost)), 'NO_INSTANCES')).toBe(true);
    expect(await client.get('/')).toBe('fine');
  });

  it('gives up at its deadline and aborts the request', async () => {
    let aborted: Promise<unknown> = Promise.resolve();
    const { port } = await serve((request) => (aborted = once(request.socket, 'close')));
    const { client } = await boot([port], { policy: 'impatient' });
    expect(isRookeryError(await failureOf(client.get('/')), 'TIMEOUT')).toBe(true);
    await aborted;
  });

  it('takes a timeout for a single request', async () => {
    const { port } = await serve(() => {});
    const { client } = await boot([port]);
    const error = await failureOf(client.get('/', { timeout: '50ms' }));
    expect(isRookeryError(error, 'TIMEOUT')).toBe(true);
    expect((error as Error).message).toContain('no result within 50 ms');
  });

  it("ends when its caller aborts, with the caller's reason and no retry", async () => {
    const { port, seen } = await serve(() => {});
    const { client } = await boot([port]);
    const abort = new AbortController();
    const call = client.get('/', { signal: abort.signal });
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('changed my mind'));
    expect(await failureOf(call)).toMatchObject({ message: 'changed my mind' });
    expect(seen).toHaveLength(1);
  });

  it('calls a fixed URL without discovery', async () => {
    const { port } = await serve(json(200, 'fixed'));
    const { client } = await boot([], { url: `http://127.0.0.1:${port}/` });
    expect(await client.get('/')).toBe('fixed');
  });

  it('reports each try to the observer and sends its headers along', async () => {
    const calls: ObservedCall[] = [];
    const observer: CallObserver = {
      observe: (call, work) => {
        calls.push(call);
        return work({ outgoing: { traceparent: 'the-trace' }, annotate() {}, event() {} });
      },
    };
    @Global()
    @Module({ providers: [{ provide: CallObserver, useValue: observer }], exports: [CallObserver] })
    class Observing {}
    const { port, seen } = await serve(json(503, {}));
    const { client } = await boot([port], { policy: 'users' }, [{ module: Observing }]);
    await failureOf(client.get('/users/:id', { params: { id: 7 } }));
    expect(seen.map(({ headers }) => headers['traceparent'])).toEqual([
      'the-trace',
      'the-trace',
      'the-trace',
    ]);
    expect(calls.map(({ name }) => name)).toEqual(Array(3).fill('GET /users/:id'));
    expect(calls.map(({ attributes }) => attributes?.['http.request.resend_count'])).toEqual([
      undefined,
      1,
      2,
    ]);
  });
});

describe('client module', () => {
  it.each<[Partial<HttpClientOptions>, string]>([
    [{ service: 'a b' }, '[0].service: Invalid value "a b"'],
    [{ url: 'ftp://x' }, '[0].url: Invalid value "ftp://x". Use an http or https URL'],
    [{ url: 'http://x/?k=1#h' }, '[0].url: Invalid value'],
    [{ url: 'http://user:secret@x' }, '[0].url: Invalid value'],
    [{ retries: -1 }, '[0].retries: Invalid value -1.'],
    [{ policy: 'users', retries: 1 }, '[0]: policy cannot be combined with timeout or retries.'],
  ])('refuses %p by path', (options, message) => {
    expect(() => ClientModule.forFeature([{ service: 'user-service', ...options }])).toThrow(message);
  });

  it('refuses at boot a policy that nobody defined', async () => {
    await expect(boot([], { policy: 'usres' })).rejects.toThrow(/usres.*users/s);
  });

  it('asks at boot for the module that guards the calls', async () => {
    const app = Test.createTestingModule({
      imports: [ClientModule.forFeature([{ service: 'user-service', url: 'http://127.0.0.1:1' }])],
    });
    await expect(app.compile()).rejects.toThrow(
      'ClientModule.forFeature: Nothing guards its calls. Import ResilienceModule.forRoot().',
    );
  });

  it('refuses at boot a service that nobody can find', async () => {
    const app = Test.createTestingModule({
      imports: [ResilienceModule.forRoot(), ClientModule.forFeature([{ service: 'user-service' }])],
    });
    await expect(app.compile()).rejects.toThrow(
      'Import DiscoveryModule.forRoot(), or give the client a url.',
    );
  });
});
