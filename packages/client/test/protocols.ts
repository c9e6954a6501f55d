import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { type DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type CallBalancing,
  type ClientBalancing,
  ClientModule,
  getHttpClientToken,
  type HttpServiceClient,
} from '@rookery/client';
import { getGrpcClientToken, GrpcClientModule, type GrpcServiceClient } from '@rookery/client/grpc';
import { DiscoveryModule, type DiscoveryModuleOptions, memoryRegistry } from '@rookery/discovery';
import { type PolicyOptions, ResilienceModule } from '@rookery/resilience';
import { closeAll as closeGrpc, serve as serveGrpc, USERS_PROTO } from './grpc-support.js';

const LOAD = 'x-rookery-load';
const POLICIES: Record<string, PolicyOptions> = { users: { retry: { attempts: 3, backoff: { delay: 1 } } } };

/** A server of any protocol. */
export interface Replica {
  readonly port: number;
  /** What each call so far asked for the load with, and the host that it named. */
  seen(): readonly { readonly question: string | undefined; readonly host: string | undefined }[];
  /** Ends the connections that it has. */
  cut(): void;
}

/** Whatever a client of any protocol is told beside its protocol. */
export interface ClientSetup {
  readonly url?: string;
  readonly balancing?: ClientBalancing;
}

export interface Protocol {
  readonly name: string;
  /** What instances say that they speak. */
  readonly protocol: string;
  /** A server that answers with its name, and with a text as its load. */
  serve(name: string, load?: string): Promise<Replica>;
  /** Imports of an app with a client of `users`. */
  imports(setup: ClientSetup): DynamicModule[];
  /** A call that is not idempotent; resolves with the name of who has answered. */
  call(app: TestingModule, balancing?: CallBalancing): Promise<string>;
}

const open: (() => unknown)[] = [];

/** Closes what the test opened: clients before servers, which would wait for their connections. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
  await closeGrpc();
}

const http: Protocol = {
  name: 'HTTP',
  protocol: 'http',
  async serve(name, load) {
    const seen: { question: string | undefined; host: string | undefined }[] = [];
    const server = createServer(({ headers }, response) => {
      seen.push({ question: headers[LOAD] as string | undefined, host: headers.host });
      if (load !== undefined) response.setHeader(LOAD, load);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(name));
    });
    open.push(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { port, seen: () => seen, cut: () => server.closeAllConnections() };
  },
  imports: (setup) => [ClientModule.forFeature([{ service: 'users', policy: 'users', ...setup }])],
  call: (app, balancing) =>
    app
      .get<HttpServiceClient>(getHttpClientToken('users'), { strict: false })
      .post<string>('/', {}, { ...(balancing && { balancing }) }),
};

const undici: Protocol = {
  ...http,
  name: 'HTTP by undici alone',
  imports: (setup) => [
    ClientModule.forFeature([{ service: 'users', policy: 'users', transport: 'undici', ...setup }]),
  ],
};

const grpc: Protocol = {
  name: 'gRPC',
  protocol: 'grpc',
  async serve(name, load) {
    const { port, seen, server } = await serveGrpc(({ request }, answer) => {
      const trailers = new Metadata();
      if (load !== undefined) trailers.set(LOAD, load);
      answer(null, { id: request.id, fullName: name }, trailers);
    });
    return {
      port,
      seen: () =>
        seen.map((call) => ({
          question: call.metadata.get(LOAD)[0] as string | undefined,
          host: call.getHost(),
        })),
      cut: () => server.forceShutdown(),
    };
  },
  imports: (setup) => [
    GrpcClientModule.forFeature([
      { service: 'users', policy: 'users', package: 'users', protoPath: USERS_PROTO, ...setup },
    ]),
  ],
  async call(app, balancing) {
    const client = app.get<GrpcServiceClient>(getGrpcClientToken('users'), { strict: false });
    const answer = await client.call<object, { fullName: string }>(
      'CreateUser',
      {},
      { ...(balancing && { balancing }) },
    );
    return answer.fullName;
  },
};

export const PROTOCOLS: readonly [string, Protocol][] = [http, undici, grpc].map((one) => [one.name, one]);

/** An app with a client of `users`. */
export async function boot(
  protocol: Protocol,
  discovery: DiscoveryModuleOptions = {},
  setup: ClientSetup = {},
): Promise<TestingModule> {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies: POLICIES }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false, ...discovery }),
      ...protocol.imports(setup),
    ],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  open.push(() => app.close());
  return app.init();
}
