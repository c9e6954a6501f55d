import { join } from 'node:path';
import { type AddressInfo, type Server as NetServer } from 'node:net';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientWritableStream,
  credentials,
  loadPackageDefinition,
  type Metadata,
  type Server as GrpcServer,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  ServerCredentials,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller, type INestMicroservice, type NestHybridApplicationOptions } from '@nestjs/common';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  GrpcMethod,
  GrpcStreamCall,
  GrpcStreamMethod,
  MessagePattern,
  type MicroserviceOptions,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { concat, lastValueFrom, mergeMap, type Observable, of, throwError } from 'rxjs';
import { ResilienceModule } from '../src/index.js';
import { BusyError, errorNamed, INSIDE } from './remote-errors.js';
import { deferred, ended, silent } from './support.js';

const PROTO = join(import.meta.dirname, 'fixtures/errors.proto');

interface How {
  error: string;
}

const raise = (how: string): never => {
  throw errorNamed(how);
};

type Done = (error: ServiceError | null, answer?: unknown) => void;

/** The client that grpc-js makes of the proto file. */
interface ErrorsClient {
  close(): void;
  Fail(how: How, done: Done): void;
  Watch(how: How): ClientReadableStream<unknown>;
  Collect(done: Done): ClientWritableStream<How>;
  Gather(done: Done): ClientWritableStream<How>;
  Chat(): ClientDuplexStream<How, unknown>;
}

@Controller()
class Remote {
  @MessagePattern('fail')
  async fail(how: string) {
    raise(how);
  }

  @MessagePattern('stream')
  stream() {
    return concat(
      of('first'),
      throwError(() => new BusyError(429, 20)),
    );
  }

  @MessagePattern('own')
  own() {
    throw new RpcException({ status: 'error', reason: 'of my own' });
  }

  @EventPattern('happened')
  happened(how: string) {
    raise(how);
  }

  @GrpcMethod('Errors', 'Fail')
  failGrpc({ error }: How) {
    return error === 'none' ? { text: 'done' } : raise(error);
  }

  @GrpcMethod('Errors', 'Watch')
  watch({ error }: How) {
    return concat(
      of({ text: 'first' }),
      throwError(() => errorNamed(error)),
    );
  }

  @GrpcStreamMethod('Errors', 'Collect')
  collect(asked: Observable<How>) {
    return asked.pipe(mergeMap(({ error }) => raise(error)));
  }

  @GrpcStreamCall('Errors', 'Chat')
  async chat(call: ServerDuplexStream<How, unknown>) {
    const { error } = await new Promise<How>((resolve) => call.once('data', resolve));
    raise(error);
  }

  @GrpcStreamCall('Errors', 'Gather')
  async gather(call: ServerReadableStream<How, unknown>, _answer: sendUnaryData<unknown>) {
    const { error } = await new Promise<How>((resolve) => call.once('data', resolve));
    raise(error);
  }
}

/** What a microservice logged, a line each. */
function journal() {
  const lines: string[] = [];
  const write = (level: string) => (entry: unknown) => void lines.push(`${level} ${String(entry)}`);
  const logger = { log() {}, warn: write('warn'), error: write('error'), debug: write('debug') };
  return { lines, logger };
}

async function serve(options: MicroserviceOptions) {
  const { lines, logger } = journal();
  const module = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot()],
    controllers: [Remote],
  })
    .setLogger(logger)
    .compile();
  const app: INestMicroservice = module.createNestMicroservice<MicroserviceOptions>({ ...options, logger });
  await app.listen();
  return { app, lines };
}

describe('errors over a microservice transport', () => {
  let served: Awaited<ReturnType<typeof serve>>;
  let client: ClientProxy;

  beforeAll(async () => {
    served = await serve({ transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } });
    const { port } = served.app.unwrap<NetServer>().address() as AddressInfo;
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  });

  beforeEach(() => served.lines.splice(0));

  afterAll(async () => {
    await client.close();
    await served.app.close();
  });

  const ask = (pattern: string, data: string) => ended(lastValueFrom(client.send<unknown>(pattern, data)));

  it.each([
    ['busy', { statusCode: 503, message: 'Service Unavailable', retryAfterMs: 1_501 }],
    ['soon', { statusCode: 503, message: 'Service Unavailable' }],
    ['never', { statusCode: 503, message: 'Service Unavailable' }],
    ['limited', { statusCode: 429, message: 'Too Many Requests', retryAfterMs: 20 }],
    ['late', { statusCode: 504, message: 'Gateway Timeout' }],
    ['gone', { statusCode: 410, message: 'Gone' }],
  ])('tell the client that it is %s', async (how, facts) => {
    expect(await ask('fail', how)).toEqual({ status: 'error', code: 'BUSY', ...facts });
    expect(served.lines).toEqual([`debug ${INSIDE}`]);
  });

  it('end a stream that has begun', async () => {
    const seen: unknown[] = [];
    const stream = client.send<unknown>('stream', '');
    const end = new Promise((resolve) =>
      stream.subscribe({ next: (value) => seen.push(value), error: resolve }),
    );
    expect(await end).toMatchObject({ code: 'BUSY', statusCode: 429, retryAfterMs: 20 });
    expect(seen).toEqual(['first']);
  });

  it.each(['statusless', 'fine'])('say nothing of an error that is %s, and log it', async (how) => {
    expect(await ask('fail', how)).toEqual({ status: 'error', message: 'Internal server error' });
    expect(served.lines).toEqual([expect.stringMatching(`^error .*${INSIDE}`)]);
  });

  it("leave Nest's own errors to Nest", async () => {
    expect(await ask('own', '')).toEqual({ status: 'error', reason: 'of my own' });
  });

  it('of an event, which nobody answers, are in the log', async () => {
    await lastValueFrom(client.emit('happened', 'busy'), { defaultValue: undefined });
    await ask('own', '');
    expect(served.lines).toContain(`debug ${INSIDE}`);
  });
});

describe('errors over gRPC', () => {
  let served: Awaited<ReturnType<typeof serve>>;
  let client: ErrorsClient;

  beforeAll(async () => {
    const bound = deferred<number>();
    served = await serve({
      transport: Transport.GRPC,
      options: {
        package: 'errors',
        protoPath: PROTO,
        url: '127.0.0.1:0',
        // Nest does not tell which port it got, so the server listens on one more, which it tells.
        onLoadPackageDefinition: (_definition: unknown, server: GrpcServer) =>
          server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
            error ? bound.reject(error) : bound.resolve(port),
          ),
      },
    });
    const { Errors } = loadPackageDefinition(loadSync(PROTO))['errors'] as unknown as {
      Errors: new (...args: ConstructorParameters<ServiceClientConstructor>) => ErrorsClient;
    };
    client = new Errors(`127.0.0.1:${await bound.promise}`, credentials.createInsecure());
  });

  beforeEach(() => served.lines.splice(0));

  afterAll(async () => {
    client.close();
    await served.app.close();
  });

  function factsOf({ code, details, metadata }: ServiceError) {
    return { status: status[code], details, ...texts(metadata) };
  }

  function texts(metadata: Metadata) {
    const pushback = metadata.get('grpc-retry-pushback-ms')[0];
    const code = metadata.get('rookery-code')[0];
    return { ...(code === undefined ? {} : { code }), ...(pushback === undefined ? {} : { pushback }) };
  }

  const fail = (error: string) =>
    new Promise((resolve) => client.Fail({ error }, (end, answer) => resolve(end ? factsOf(end) : answer)));

  function read(stream: ClientReadableStream<unknown>) {
    const seen: unknown[] = [];
    return new Promise<{ seen: unknown[]; end: unknown }>((resolve) => {
      stream.on('data', (value) => seen.push(value));
      stream.on('error', (error) => resolve({ seen, end: factsOf(error as ServiceError) }));
    });
  }

  it('has a server that answers', async () => {
    expect(await fail('none')).toEqual({ text: 'done' });
  });

  it.each([
    ['busy', 'UNAVAILABLE', 'Service Unavailable', { code: 'BUSY', pushback: '1501' }],
    ['soon', 'UNAVAILABLE', 'Service Unavailable', { code: 'BUSY' }],
    ['late', 'DEADLINE_EXCEEDED', 'Gateway Timeout', { code: 'BUSY' }],
    ['limited', 'RESOURCE_EXHAUSTED', 'Too Many Requests', { code: 'BUSY', pushback: '20' }],
    ['gone', 'UNKNOWN', 'Gone', { code: 'BUSY' }],
    ['foreign', 'DEADLINE_EXCEEDED', 'Gateway Timeout', { code: 'FOREIGN' }],
    ['statusless', 'UNKNOWN', 'Internal server error', {}],
  ])('end a call that is %s with %s', async (how, name, details, trailers) => {
    expect(await fail(how)).toEqual({ status: name, details, ...trailers });
    expect(served.lines).toEqual(how === 'statusless' ? [expect.stringMatching(`^error .*${INSIDE}`)] : []);
  });

  it('end a stream of answers after what it has delivered', async () => {
    const { seen, end } = await read(client.Watch({ error: 'busy' }));
    expect(seen).toEqual([{ text: 'first' }]);
    expect(end).toEqual({
      status: 'UNAVAILABLE',
      details: 'Service Unavailable',
      code: 'BUSY',
      pushback: '1501',
    });
  });

  it('end a stream of requests', async () => {
    const end = new Promise((resolve) => {
      const stream = client.Collect(resolve);
      stream.write({ error: 'limited' });
    });
    expect(factsOf((await end) as ServiceError)).toEqual({
      status: 'RESOURCE_EXHAUSTED',
      details: 'Too Many Requests',
      code: 'BUSY',
      pushback: '20',
    });
  });

  it.each([
    ['busy', { status: 'UNAVAILABLE', details: 'Service Unavailable', code: 'BUSY', pushback: '1501' }],
    ['statusless', { status: 'UNKNOWN', details: 'Internal server error' }],
  ])('end a call that is %s although its handler drives it itself', async (error, facts) => {
    const chat = client.Chat();
    chat.write({ error });
    expect(await read(chat)).toEqual({ seen: [], end: facts });
    const end = new Promise((resolve) => {
      const stream = client.Gather(resolve);
      stream.write({ error });
    });
    expect(factsOf((await end) as ServiceError)).toEqual(facts);
  });
});

describe('errors of a hybrid app', () => {
  async function answerOf(hybrid: NestHybridApplicationOptions) {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot()],
      controllers: [Remote],
    })
      .setLogger(silent)
      .compile();
    const app = module.createNestApplication({ logger: false });
    const options = { host: '127.0.0.1', port: 0 };
    const microservice = app.connectMicroservice<MicroserviceOptions>(
      { transport: Transport.TCP, options },
      hybrid,
    );
    await app.startAllMicroservices();
    const { port } = microservice.unwrap<NetServer>().address() as AddressInfo;
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });
    const answer = await ended(lastValueFrom(client.send('fail', 'late')));
    await client.close();
    await app.close();
    return answer;
  }

  it('are answered when the microservice inherits the filters of the app, and by Nest when it does not', async () => {
    expect(await answerOf({ inheritAppConfig: true })).toMatchObject({ code: 'BUSY', statusCode: 504 });
    expect(await answerOf({})).toEqual({ status: 'error', message: 'Internal server error' });
  });
});
