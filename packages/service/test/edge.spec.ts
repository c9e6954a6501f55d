import { connect } from 'node:net';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import { Controller, Get, Req } from '@nestjs/common';
import { GrpcMethod, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { currentContext, TIMEOUT_HEADER } from '@rookery/common';
import { LOAD_HEADER } from '@rookery/discovery';
import { freePort } from '@rookery/testing';
import { type EdgeOptions, ServiceModule } from '../src/index.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** What a caller inside a fleet may send, and a stranger must not. */
const FLEET = {
  [TIMEOUT_HEADER]: '5000',
  [LOAD_HEADER]: 'ask',
  'x-rookery-anything': 'else',
  traceparent: TRACE,
  tracestate: 'a=1',
  baggage: 'user=1',
};

/** What anybody may send. */
const PLAIN = { 'idempotency-key': 'k', 'x-request-id': 'r' };

interface Heard {
  readonly headers: Record<string, string>;
  readonly limited: boolean;
}

@Controller()
class Echo {
  @Get()
  hear(@Req() request: { headers: Record<string, string>; raw?: object; rawHeaders?: string[] }): Heard {
    const { rawHeaders = [] } = (request.raw ?? request) as { rawHeaders?: string[] };
    const raw = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(raw.sort()).toEqual(Object.keys(request.headers).sort());
    return { headers: request.headers, limited: currentContext().deadline !== undefined };
  }

  @GrpcMethod('Work', 'Do')
  call(_job: object, metadata: Metadata, call: ServerUnaryCall<object, object>) {
    const seen = new Metadata();
    seen.set('seen', Object.keys(metadata.getMap()).join(' '));
    call.sendMetadata(seen);
    return {};
  }
}

const compile = (edge?: boolean | EdgeOptions) =>
  Test.createTestingModule({
    imports: [ServiceModule.forRoot({ name: 'a', ...(edge !== undefined && { edge }) })],
    controllers: [Echo],
  }).compile();

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('a request to %s', (_name, adapter) => {
  const boot = async (edge?: boolean | EdgeOptions) => {
    const app = (await compile(edge)).createNestApplication(adapter(), { logger: false });
    open.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    return Object.assign(
      async (headers: Record<string, string>) => {
        const answer = await fetch(url, { headers });
        return { ...((await answer.json()) as Heard), load: answer.headers.get(LOAD_HEADER) };
      },
      { port: Number(new URL(url).port) },
    );
  };

  it.each([
    ['without an edge', undefined],
    ['with an edge, from a network that is believed', { networks: ['10.0.0.0/8', '127.0.0.0/8'] }],
  ])('is believed %s', async (_where, edge) => {
    const heard = await (await boot(edge))({ ...FLEET, ...PLAIN });
    expect(heard.headers).toMatchObject({ ...FLEET, ...PLAIN });
    expect(heard).toMatchObject({ limited: true, load: expect.any(String) });
  });

  it.each([
    ['nobody is believed', true],
    ['others are believed', { networks: ['10.0.0.0/8'], certificates: true }],
  ])('loses what only the fleet may say where %s', async (_who, edge) => {
    const heard = await (await boot(edge))({ ...FLEET, ...PLAIN });
    expect(heard.headers).toMatchObject(PLAIN);
    expect(Object.keys(heard.headers).filter((name) => name in FLEET)).toEqual([]);
    expect(heard).toMatchObject({ limited: false, load: null });
  });

  it('loses further headers that the options name', async () => {
    const ask = await boot({ drop: ['X-Tenant'] });
    expect((await ask({ 'x-tenant': 'other', ...PLAIN })).headers).not.toHaveProperty('x-tenant');
  });

  it.each([
    ['baggage', 'a=1,'.repeat(64) + 'a=1'],
    ['baggage', `a=${'x'.repeat(8_192)}`],
    ['baggage', 'a=\u00ff'],
    ['tracestate', Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(',')],
  ])('loses %s that is larger than its standard allows, whoever sends it', async (name, value) => {
    const { headers } = await (await boot())({ [name]: value, ...PLAIN });
    expect(headers).not.toHaveProperty(name);
    expect(headers).toMatchObject(PLAIN);
  });

  it.each([
    ['baggage', 'a=1,'.repeat(63) + 'a=1'],
    ['tracestate', Array.from({ length: 32 }, (_, n) => `k${n}=1`).join(',')],
  ])('keeps %s that is as large as its standard allows', async (name, value) => {
    expect((await (await boot())({ [name]: value })).headers).toHaveProperty(name, value);
  });

  it.each([
    ['both a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'],
    ['a NUL in a header', 'baggage: a=\0\r\n'],
    ['a bare line break in a header', 'baggage: a=1\rx: y\r\n'],
    ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n'],
  ])('is refused with %s', async (_what, lines) => {
    const { port } = await boot();
    const socket = connect(port, '127.0.0.1');
    open.push(() => socket.destroy());
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\n${lines}\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a call over gRPC', () => {
  const ask = async (edge: boolean | EdgeOptions | undefined, values: Record<string, string>) => {
    const url = `127.0.0.1:${await freePort()}`;
    const app = (await compile(edge)).createNestMicroservice<MicroserviceOptions>({
      transport: Transport.GRPC,
      options: { url, package: 'work', protoPath: join(import.meta.dirname, 'work.proto') },
      logger: false,
    });
    const client = new Client(url, credentials.createInsecure());
    open.push(
      () => client.close(),
      () => app.close(),
    );
    await app.listen();
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(values)) metadata.set(key, value);
    return new Promise<{ names: string[]; load: number }>((resolve) => {
      const raw = (bytes: Buffer) => bytes;
      let names: string[] = [];
      const call = client.makeUnaryRequest('/work.Work/Do', raw, raw, Buffer.alloc(0), metadata, () => {});
      call.on('data', () => {});
      call.on('status', ({ metadata: trailers }: { metadata: Metadata }) =>
        resolve({ names, load: trailers.get(LOAD_HEADER).length }),
      );
      call.on('metadata', (initial: Metadata) => (names = String(initial.get('seen')[0]).split(' ')));
    });
  };

  it.each([undefined, { networks: ['127.0.0.0/8'] }])('is believed with the edge %j', async (edge) => {
    const { names, load } = await ask(edge, { ...FLEET, ...PLAIN });
    expect(names).toEqual(expect.arrayContaining(Object.keys({ ...FLEET, ...PLAIN })));
    expect(load).toBe(1);
  });

  it('loses what only the fleet may say where its caller is not believed', async () => {
    const { names, load } = await ask(true, { ...FLEET, ...PLAIN });
    expect(names).toEqual(expect.arrayContaining(Object.keys(PLAIN)));
    expect(names.filter((name) => name in FLEET)).toEqual([]);
    expect(load).toBe(0);
  });

  it('loses what is larger than its standard allows', async () => {
    const { names } = await ask(undefined, { baggage: 'a=1,'.repeat(64) + 'a=1', ...PLAIN });
    expect(names).not.toContain('baggage');
    expect(names).toEqual(expect.arrayContaining(Object.keys(PLAIN)));
  });
});
