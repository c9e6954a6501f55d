import { join } from 'node:path';
import {
  Client,
  credentials,
  Metadata,
  ServerInterceptingCall,
  type ServerOptions,
  type StatusObject,
} from '@grpc/grpc-js';
import { Controller, Get } from '@nestjs/common';
import { GrpcMethod, type MicroserviceOptions, RpcException, Transport } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { LOAD_HEADER } from '@rookery/discovery';
import { freePort } from '@rookery/testing';
import { ServiceModule, type ServiceOptions } from '../src/index.js';

const LOAD = /^[01]\.\d\d$/;
const ASK = { [LOAD_HEADER]: 'ask' };

@Controller()
class Jobs {
  @Get('quick')
  quick() {
    return 'ok';
  }

  @GrpcMethod('Work', 'Do')
  call({ name }: { name: string }) {
    if (name !== 'bad') return { name: 'done' };
    const metadata = new Metadata();
    metadata.set('own', 'kept');
    throw new RpcException({ code: 9, message: 'no', metadata });
  }
}

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const compile = (options: Partial<ServiceOptions>) =>
  Test.createTestingModule({
    imports: [ServiceModule.forRoot({ name: 'a', ...options })],
    controllers: [Jobs],
  }).compile();

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('an answer of %s', (_name, adapter) => {
  const boot = async (options: Partial<ServiceOptions> = {}) => {
    const app = (await compile(options)).createNestApplication(adapter(), { logger: false });
    open.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    return async (path: string, headers?: Record<string, string>) => {
      const answer = await fetch(url + path, { ...(headers && { headers }) });
      return [answer.status, answer.headers.get(LOAD_HEADER), await answer.text()];
    };
  };

  it('tells the load to who asks for it, also with an error, and to nobody else', async () => {
    const ask = await boot();
    expect(await ask('/quick', ASK)).toEqual([200, expect.stringMatching(LOAD), 'ok']);
    expect(await ask('/nowhere', ASK)).toEqual([404, expect.stringMatching(LOAD), expect.any(String)]);
    expect(await ask('/quick')).toEqual([200, null, 'ok']);
  });

  it('tells it to nobody when reportLoad is false', async () => {
    const ask = await boot({ reportLoad: false });
    expect(await ask('/quick', ASK)).toEqual([200, null, 'ok']);
  });
});

describe('the trailers of a gRPC call', () => {
  const boot = async (options: Partial<ServiceOptions> = {}, channelOptions: ServerOptions = {}) => {
    const port = await freePort();
    const app = (await compile(options)).createNestMicroservice<MicroserviceOptions>({
      transport: Transport.GRPC,
      options: {
        url: `127.0.0.1:${port}`,
        package: 'work',
        protoPath: join(import.meta.dirname, 'work.proto'),
        channelOptions: channelOptions as never,
      },
      logger: false,
    });
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    open.push(
      () => client.close(),
      () => app.close(),
    );
    await app.listen();
    return (name: string, values: Record<string, string> = {}) => {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(values)) metadata.set(key, value);
      return new Promise<[number, Record<string, unknown>]>((resolve) => {
        const job = Buffer.from([0x0a, name.length, ...Buffer.from(name)]);
        const raw = (bytes: Buffer) => bytes;
        const call = client.makeUnaryRequest('/work.Work/Do', raw, raw, job, metadata, () => {});
        call.on('status', ({ code, metadata: trailers }: StatusObject) => {
          const { date: _date, 'content-type': _type, ...texts } = trailers.getMap();
          resolve([code, texts]);
        });
      });
    };
  };
  const told = { [LOAD_HEADER]: expect.stringMatching(LOAD) };

  it('tell the load to who asks for it, also with an error, and to nobody else', async () => {
    const call = await boot();
    expect(await call('good', ASK)).toEqual([0, told]);
    expect(await call('bad', ASK)).toEqual([9, { ...told, own: 'kept' }]);
    expect(await call('good')).toEqual([0, {}]);
    expect(await call('bad')).toEqual([9, { own: 'kept' }]);
  });

  it('tell it to nobody when reportLoad is false', async () => {
    const call = await boot({ reportLoad: false });
    expect(await call('good', ASK)).toEqual([0, {}]);
  });

  it('are told beside the interceptors of the app, whose options stay as they are', async () => {
    const methods: string[] = [];
    const channelOptions: ServerOptions = {
      interceptors: [
        (method, call) => {
          methods.push(method.path);
          return new ServerInterceptingCall(call);
        },
      ],
    };
    const call = await boot({}, channelOptions);
    expect(await call('good', ASK)).toEqual([0, told]);
    expect(methods).toEqual(['/work.Work/Do']);
    expect(channelOptions.interceptors).toHaveLength(1);
  });
});
