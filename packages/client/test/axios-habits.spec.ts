import { Agent } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Module } from '@nestjs/common';
import { ClientModule, HttpStatusError, UnsendableMessageError } from '@rookery/client';
import { eventually } from '@rookery/testing';
import { type AxiosError, type AxiosInstance } from 'axios';
import { boot, closeAll, failureOf, serve } from './transport-support.js';

afterEach(closeAll);

class ShopHttp {}

/** A module that provides an `HttpService` of its own under a token. */
function shopHttp(config: Parameters<typeof HttpModule.register>[0]): DynamicModule {
  @Module({})
  class ShopHttpModule {}
  return {
    module: ShopHttpModule,
    imports: [HttpModule.register(config)],
    providers: [{ provide: ShopHttp, useExisting: HttpService }],
    exports: [ShopHttp],
  };
}

async function start(
  config: Parameters<typeof HttpModule.register>[0],
  respond: (url: string) => [number, unknown] = () => [200, { ok: true }],
) {
  const served = await serve((request, response) => {
    const [status, body] = respond(String(request.url));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const { app, client } = await boot([served.port], { httpService: ShopHttp }, [shopHttp(config)]);
  const axios: AxiosInstance = app.get<HttpService>(ShopHttp, { strict: false }).axiosRef;
  return { ...served, client, axios };
}

/** Answers with a body that does not end. */
async function startEndless() {
  const served = await serve((_request, response) => response.write('a'));
  const { app, client } = await boot([served.port], { httpService: ShopHttp }, [shopHttp({})]);
  return { ...served, client, axios: app.get<HttpService>(ShopHttp, { strict: false }).axiosRef };
}

describe("a client over a user's HttpService", () => {
  it('sends what the interceptors and the defaults make of a request', async () => {
    const { seen, client, axios } = await start({
      headers: { 'x-team': 'birds' },
      auth: { username: 'ada', password: 'secret' },
      params: { version: 2 },
    });
    axios.interceptors.request.use((config) => {
      config.headers.set('x-token', `for ${config.method}`);
      config.url = String(config.url).replace('/users', '/people');
      return config;
    });
    await client.post('/users', { a: 1 }, { query: { page: 3 } });
    expect(seen[0]?.url).toBe('/people?page=3&version=2');
    expect(seen[0]?.headers).toMatchObject({
      'x-team': 'birds',
      'x-token': 'for post',
      authorization: `Basic ${Buffer.from('ada:secret').toString('base64')}`,
      'content-type': 'application/json',
    });
  });

  it('resolves with what the interceptors make of an answer', async () => {
    const { client, axios } = await start({});
    axios.interceptors.response.use((response) => {
      response.data = { wrapped: JSON.parse(response.data as string) as unknown };
      return response;
    });
    expect(await client.get('/')).toEqual({ wrapped: { ok: true } });
  });

  it('lets the interceptors of errors see bad answers, and mend them', async () => {
    let known = false;
    const { seen, client, axios } = await start({}, (url) =>
      known || url === '/gone' ? [410, {}] : [401, {}],
    );
    const statuses: unknown[] = [];
    axios.interceptors.response.use(undefined, async (error: AxiosError) => {
      statuses.push(error.response?.status);
      known = true;
      if (!error.config || statuses.length > 1) throw error;
      return axios.request(error.config);
    });
    expect(await failureOf(client.get('/'))).toBeInstanceOf(HttpStatusError);
    expect(statuses).toEqual([401, 410]);
    expect(seen).toHaveLength(2);
  });

  it('says so when an interceptor takes the answer away', async () => {
    const { client, axios } = await start({});
    axios.interceptors.response.use((response) => response.data as never);
    expect(String(await failureOf(client.get('/')))).toContain(
      'An interceptor of axios took the answer away.',
    );
  });

  it('is not sent, nor tried again, when an interceptor fails before', async () => {
    const { seen, client, axios } = await start({});
    axios.interceptors.request.use(() => Promise.reject(new Error('no token')));
    const failure = await failureOf(client.get('/'));
    expect(failure).toBeInstanceOf(UnsendableMessageError);
    expect(String(failure)).toContain('no token');
    expect(seen).toEqual([]);
  });

  it('is not sent, nor tried again, when undici refuses what an interceptor made of it', async () => {
    const { seen, client, axios } = await start({});
    axios.interceptors.request.use((config) => {
      config.headers.set('content-length', '7');
      return config;
    });
    expect(await failureOf(client.put('/', Buffer.from('abc')))).toBeInstanceOf(UnsendableMessageError);
    expect(seen).toEqual([]);
  });

  it('lets go of a stream that an interceptor refuses', async () => {
    const { sockets, client, axios } = await startEndless();
    axios.interceptors.response.use(() => Promise.reject(new Error('not this one')));
    expect(String(await failureOf(client.stream('GET', '/')))).toContain('not this one');
    await eventually('the connection is closed', () => sockets.size === 0);
  });

  it('lets go of a stream in whose place an interceptor puts what is none', async () => {
    const { sockets, client, axios } = await startEndless();
    axios.interceptors.response.use((response) => ({ ...response, data: 'a' }));
    expect(String(await failureOf(client.stream('GET', '/')))).toContain('Let it return a Readable.');
    await eventually('the connection is closed', () => sockets.size === 0);
  });

  it('hands out what an interceptor makes of a stream, and lets go of both', async () => {
    const { sockets, client, axios } = await startEndless();
    axios.interceptors.response.use((response) => ({
      ...response,
      data: (response.data as Readable).pipe(new PassThrough()),
    }));
    const { body } = await client.stream('GET', '/');
    for await (const chunk of body) {
      expect(String(chunk)).toBe('a');
      break;
    }
    await eventually('the connection is closed', () => sockets.size === 0);
  });

  it('ends by the timeout of the instance', async () => {
    const { port } = await serve(() => {});
    const { client } = await boot([port], { httpService: ShopHttp }, [shopHttp({ timeout: 50 })]);
    expect(await failureOf(client.get('/'))).toMatchObject({ code: 'CONNECTION_FAILED', sent: true });
  });

  it('answers by an adapter of the instance, as tests put it there', async () => {
    const { seen, client, axios } = await start({});
    axios.defaults.adapter = (config) =>
      Promise.resolve({ status: 200, statusText: '', headers: {}, config, data: 'from a test' });
    expect(await client.get('/')).toBe('from a test');
    expect(seen).toEqual([]);
  });

  it('refuses at boot defaults that say how to connect', async () => {
    await expect(
      boot([], { httpService: ShopHttp }, [shopHttp({ httpAgent: new Agent(), socketPath: '/run/x' })]),
    ).rejects.toThrow('shop.httpService: Its defaults set httpAgent, socketPath, which cannot be heeded');
  });

  it('refuses at boot a service that nobody provides', async () => {
    await expect(boot([], { httpService: ShopHttp })).rejects.toThrow(
      'shop.httpService: Nobody provides ShopHttp. Import the module that does.',
    );
  });

  it('refuses by path what contradicts or cannot be', () => {
    const refused = (options: object) => () => ClientModule.forFeature([{ service: 'shop', ...options }]);
    expect(refused({ transport: 'fetch' })).toThrow(
      "[0].transport: Invalid value \"fetch\". Use 'axios' or 'undici'.",
    );
    expect(refused({ maxConnections: 0 })).toThrow('[0].maxConnections: Invalid value 0.');
    expect(refused({ maxResponseSize: '1 MB' })).toThrow('[0].maxResponseSize: Invalid value');
    expect(refused({ transport: 'undici', httpService: ShopHttp })).toThrow(
      "[0]: httpService cannot be combined with transport 'undici', which has none.",
    );
  });
});
