import { join } from 'node:path';
import {
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerOptions,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  GrpcClientModule,
  type GrpcClientOptions,
  type GrpcServiceClient,
  getGrpcClientToken,
} from '@rookery/client/grpc';
import { DiscoveryModule, LoadBalancer, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { type PolicyOptions, ResilienceModule } from '@rookery/resilience';

export const STREAMS_PROTO = join(import.meta.dirname, 'fixtures/streams.proto');

export interface Count {
  value: number;
  filler?: Buffer;
}

export interface Handlers {
  Count(call: ServerWritableStream<{ to: number; size: number }, Count>): void;
  Sum(call: ServerReadableStream<Count, Count>, done: sendUnaryData<Count>): void;
  Double(call: ServerDuplexStream<Count, Count>): void;
  Square(call: ServerUnaryCall<Count, Count>, done: sendUnaryData<Count>): void;
}

const WORKING: Handlers = {
  Count(call) {
    for (let value = 1; value <= call.request.to; value += 1) call.write({ value });
    call.end();
  },
  Sum(call, done) {
    let sum = 0;
    call.on('data', ({ value }: Count) => (sum += value));
    call.on('end', () => done(null, { value: sum }));
  },
  Double(call) {
    call.on('data', ({ value }: Count) => call.write({ value: value * 2 }));
    call.on('end', () => call.end());
  },
  Square: ({ request }, done) => done(null, { value: request.value ** 2 }),
};

const open: { servers: Server[]; apps: TestingModule[] } = { servers: [], apps: [] };

/** Closes what the test opened. */
export async function closeStreams(): Promise<void> {
  await Promise.all(open.apps.splice(0).map((app) => app.close()));
  for (const server of open.servers.splice(0)) server.forceShutdown();
}

/** A server of numbers, of which a test replaces what it is about. */
export async function serveNumbers(
  handlers: Partial<Handlers> = {},
  credentials = ServerCredentials.createInsecure(),
  options: ServerOptions = {},
): Promise<{ server: Server; port: number }> {
  const { streams } = loadPackageDefinition(loadSync(STREAMS_PROTO)) as unknown as {
    streams: { Numbers: ServiceClientConstructor };
  };
  const server = new Server(options);
  open.servers.push(server);
  server.addService(streams.Numbers.service, { ...WORKING, ...handlers });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, taken) => (error ? reject(error) : resolve(taken))),
  );
  return { server, port };
}

const POLICIES: Record<string, PolicyOptions> = {
  numbers: {
    timeout: { total: '5s' },
    retry: { attempts: 3, backoff: { delay: 1 } },
    circuitBreaker: { consecutiveFailures: 3 },
  },
};

/** An app with a client of numbers. */
export async function bootNumbers(
  ports: readonly number[],
  options: Partial<GrpcClientOptions> = { policy: 'numbers' },
  { imports = [], protocol = 'grpc' }: { imports?: DynamicModule[]; protocol?: string } = {},
) {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies: POLICIES }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      GrpcClientModule.forFeature([
        { service: 'numbers', package: 'streams', protoPath: STREAMS_PROTO, ...options },
      ]),
      ...imports,
    ],
  }).compile();
  open.apps.push(app);
  await app.init();
  const registry = app.get(ServiceRegistry);
  for (const [index, port] of ports.entries())
    await registry.register({ id: `n${index}`, service: 'numbers', host: '127.0.0.1', port, protocol });
  const client = app.get<GrpcServiceClient>(getGrpcClientToken('numbers'), { strict: false });
  return { app, client, balancer: app.get(LoadBalancer) };
}

/** All values of a stream. */
export async function valuesOf(stream: AsyncIterable<Count>): Promise<number[]> {
  const values: number[] = [];
  for await (const { value } of stream) values.push(value);
  return values;
}
