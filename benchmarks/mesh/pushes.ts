import 'reflect-metadata';
import { join } from 'node:path';
import {
  type Client,
  credentials,
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { NestFactory } from '@nestjs/core';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { MeshClient, MeshModule } from '@rookery/mesh';
import { XdsServer, XdsServerModule } from '@rookery/mesh/xds';

/** From the registration of an instance to the first answer that it gave, in milliseconds. */
export interface Push {
  /** Of a client that is told of it by our control plane. */
  readonly ours: number;
  /** Of a channel that is made to it when it is there. */
  readonly theirs: number;
}

const ROUNDS = 40;
/** In these the engine compiles. */
const FIRST = 5;
const PROTO = join(import.meta.dirname, '../client/grpc.proto');
const SERVICE = 'users';

const { bench } = loadPackageDefinition(loadSync(PROTO)) as unknown as {
  bench: { Users: ServiceClientConstructor };
};

class App {}

/** Rounds in which one instance takes the place of another while calls go on. */
export async function pushes(): Promise<Push[]> {
  const plane = await NestFactory.createApplicationContext(
    {
      module: App,
      imports: [
        DiscoveryModule.forRoot({ registry: memoryRegistry(), service: 'control-plane', advertise: false }),
        XdsServerModule.forRoot({ port: 0 }),
      ],
    },
    { logger: ['warn', 'error'] },
  );
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = JSON.stringify({
    xds_servers: [
      { server_uri: `127.0.0.1:${plane.get(XdsServer).port}`, channel_creds: [{ type: 'insecure' }] },
    ],
    node: { id: 'bench', locality: {} },
  });
  const app = await NestFactory.createApplicationContext(
    MeshModule.forRoot({ mode: 'proxyless', protoPath: PROTO }),
    { logger: ['warn', 'error'] },
  );
  const mesh = app.get(MeshClient);
  const registry = plane.get(ServiceRegistry);
  const register = (port: number) =>
    registry.register({ service: SERVICE, host: '127.0.0.1', port, protocol: 'grpc' });
  const whoAnswers = async () =>
    Number((await mesh.call<{ id: string }>(SERVICE, 'bench.Users/Find', {})).id);

  let server = await serve();
  let lease = await register(server.port);
  await whoAnswers();
  const seen: Push[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = await serve();
    const registeredAt = performance.now();
    const registered = register(next.port);
    while ((await whoAnswers()) !== next.port);
    const ours = performance.now() - registeredAt;
    const another = await serve();
    seen.push({ ours, theirs: await firstCallOf(another.port) });
    another.stop();
    await lease.leave();
    server.stop();
    [server, lease] = [next, await registered];
  }
  await app.close();
  await plane.close();
  server.stop();
  return seen.slice(FIRST);
}

/** A server that answers with its port. */
async function serve(): Promise<{ port: number; stop(): void }> {
  const server = new Server();
  let bound = 0;
  server.addService(bench.Users.service, {
    Find: (_call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) =>
      answer(null, { id: String(bound) }),
  });
  bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  return { port: bound, stop: () => server.forceShutdown() };
}

async function firstCallOf(port: number): Promise<number> {
  const startedAt = performance.now();
  const client = new bench.Users(`127.0.0.1:${port}`, credentials.createInsecure());
  const find = (client as unknown as Record<'Find', UnaryMethod>).Find.bind(client);
  await new Promise<void>((resolve, reject) => find({}, (error) => (error ? reject(error) : resolve())));
  client.close();
  return performance.now() - startedAt;
}

type UnaryMethod = (this: Client, request: object, done: (error: Error | null) => void) => void;
