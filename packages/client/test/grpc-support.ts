import { join } from 'node:path';
import {
  loadPackageDefinition,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
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
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { type PolicyOptions, ResilienceModule } from '@rookery/resilience';

export const USERS_PROTO = join(import.meta.dirname, 'fixtures/users.proto');
export const SHOPS_PROTO = join(import.meta.dirname, 'fixtures/shops.proto');

const DEFINITION = loadSync(USERS_PROTO, { longs: String });
const { UserService } = loadPackageDefinition(DEFINITION)['users'] as unknown as {
  UserService: ServiceClientConstructor;
};

export interface User {
  id: string;
  fullName: string;
}

type Call = ServerUnaryCall<{ id: string; fullName: string }, User>;
export type Handler = (call: Call, answer: sendUnaryData<User>) => void;

export interface Served {
  readonly server: Server;
  readonly port: number;
  readonly seen: Call[];
  /** The address of the connection that each call came over. */
  readonly peers: string[];
}

const open: { servers: Server[]; apps: TestingModule[] } = { servers: [], apps: [] };

/** A real server whose unary methods all run one handler. */
export async function serve(handler: Handler, port = 0): Promise<Served> {
  const seen: Call[] = [];
  const peers: string[] = [];
  const handle: Handler = (call, answer) => {
    seen.push(call);
    peers.push(call.getPeer());
    handler(call, answer);
  };
  const server = new Server();
  open.servers.push(server);
  server.addService(UserService.service, { FindUser: handle, CreateUser: handle, WatchUsers: () => {} });
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, taken) =>
      error ? reject(error) : resolve(taken),
    ),
  );
  return { server, port: bound, seen, peers };
}

/** Closes what the test opened; a server that is left with a connection would keep Jest waiting. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.apps.splice(0).map((app) => app.close()));
  for (const server of open.servers.splice(0)) server.forceShutdown();
}

export const answerWith =
  (fullName: string): Handler =>
  ({ request }, answer) =>
    answer(null, { id: request.id, fullName });

export const failWith =
  (code: number, details = '', trailers: Record<string, string> = {}): Handler =>
  (_call, answer) => {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
    answer({ code, details, metadata });
  };

export const silent: Handler = () => {};

export const POLICIES: Record<string, PolicyOptions> = {
  users: {
    timeout: { total: '5s', attempt: '500ms' },
    retry: { attempts: 3, backoff: { delay: 1 } },
    circuitBreaker: { consecutiveFailures: 5 },
  },
};

export async function boot(
  ports: readonly number[],
  options: Partial<GrpcClientOptions> = { policy: 'users' },
  imports: DynamicModule[] = [],
  protocol = 'grpc',
) {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies: POLICIES }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      GrpcClientModule.forFeature([
        { service: 'user-service', package: 'users', protoPath: USERS_PROTO, ...options },
      ]),
      ...imports,
    ],
  }).compile();
  open.apps.push(app);
  await app.init();
  const registry = app.get(ServiceRegistry);
  for (const [index, port] of ports.entries()) {
    await registry.register({
      id: `user-${index}`,
      service: 'user-service',
      host: '127.0.0.1',
      port,
      protocol,
    });
  }
  const client = app.get<GrpcServiceClient>(getGrpcClientToken('user-service'), { strict: false });
  return { app, registry, client };
}

export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`It succeeded with ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}

/** Waits for something that will be so in a moment; gives up before Jest does, which could not stop it. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 4_000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`It never was so: ${String(condition)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
