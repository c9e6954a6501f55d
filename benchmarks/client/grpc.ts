import 'reflect-metadata';
import { join } from 'node:path';
import {
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { NestFactory } from '@nestjs/core';
import { getGrpcClientToken, GrpcClientModule, type GrpcServiceClient } from '@rookery/client/grpc';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { type Call, inTurn, type Pair } from './load.ts';
import { serve } from './serve.ts';

const PROTO = join(import.meta.dirname, 'grpc.proto');
const LOADER = { longs: String, enums: String, defaults: true, oneofs: true };

interface Client {
  readonly call: Call;
  close(): unknown;
}

/** Unary calls of our client, as users have it, and of one that grpc-js makes of the same contract. */
export async function overGrpc(): Promise<Pair[]> {
  const server = await serve('grpc-server.ts');
  const [our, bare] = [await ours(server.port), plain(server.port)];
  try {
    return await inTurn(our.call, bare.call);
  } finally {
    await our.close();
    bare.close();
    await server.stop();
  }
}

class App {}

/** Found through discovery, balanced, under the default policy. */
async function ours(port: number): Promise<Client> {
  const app = await NestFactory.createApplicationContext(
    {
      module: App,
      imports: [
        ResilienceModule.forRoot(),
        DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
        GrpcClientModule.forFeature([{ service: 'users', package: 'bench', protoPath: PROTO }]),
      ],
    },
    { logger: ['warn', 'error'] },
  );
  await app.get(ServiceRegistry).register({ service: 'users', host: '127.0.0.1', port, protocol: 'grpc' });
  const client = app.get<GrpcServiceClient>(getGrpcClientToken('users'), { strict: false });
  return { call: () => client.call('Find', { id: '42' }), close: () => app.close() };
}

/** Without a deadline, and without anything else that grpc-js does not do by itself. */
function plain(port: number): Client {
  const { bench } = loadPackageDefinition(loadSync(PROTO, LOADER)) as unknown as {
    bench: { Users: ServiceClientConstructor };
  };
  const client = new bench.Users(`127.0.0.1:${port}`, credentials.createInsecure());
  const find = client['Find'] as unknown as (
    request: object,
    done: (error: ServiceError | null, answer: unknown) => void,
  ) => void;
  const call = () =>
    new Promise((resolve, reject) =>
      find.call(client, { id: '42' }, (error, answer) => (error ? reject(error) : resolve(answer))),
    );
  return { call, close: () => client.close() };
}
