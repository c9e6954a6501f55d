import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { type DynamicModule } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  ClientModule,
  getHttpClientToken,
  type HttpClientOptions,
  type HttpServiceClient,
} from '@rookery/client';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { type PolicyOptions, ResilienceModule } from '@rookery/resilience';

/** Every transport; whatever holds for one holds for all. */
export const TRANSPORTS = ['axios', 'undici'] as const;

/** A policy that tries once, so that a test sees what happened to a single try. */
export const POLICIES: Record<string, PolicyOptions> = {
  once: { timeout: { total: '20s' }, retry: { attempts: 1 } },
  twice: { timeout: { total: '20s' }, retry: { attempts: 2, backoff: { delay: 1 } }, circuitBreaker: {} },
  fragile: { timeout: { total: '20s' }, circuitBreaker: { consecutiveFailures: 1 } },
  narrow: { timeout: { total: '20s' }, bulkhead: { maxConcurrent: 1, maxQueue: 0 } },
  brief: { timeout: { attempt: '300ms' } },
};

const open: { servers: (Server | TcpServer)[]; sockets: Set<Socket>; apps: TestingModule[] } = {
  servers: [],
  sockets: new Set(),
  apps: [],
};

/** Closes whatever the functions below have opened. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.apps.splice(0).map((app) => app.close()));
  for (const socket of open.sockets) socket.destroy();
  await Promise.all(
    open.servers.splice(0).map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
}

/** A server, what it was asked, and the connections it has now. */
export interface Served {
  readonly server: Server;
  readonly port: number;
  readonly seen: IncomingMessage[];
  readonly sockets: Set<Socket>;
}

export async function serve(listener: RequestListener): Promise<Served> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  return { server, seen, ...(await listen(server)) };
}

/** A server that says exactly these bytes to each request, and what else `speak` does. */
export async function serveRaw(speak: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => speak(socket));
  });
  return (await listen(server)).port;
}

async function listen(server: Server | TcpServer): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    for (const set of [sockets, open.sockets]) {
      set.add(socket);
      socket.once('close', () => set.delete(socket));
    }
  });
  open.servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** An app with a client of `shop`, which runs on the ports. */
export async function boot(
  ports: readonly number[],
  options: Partial<HttpClientOptions> = {},
  imports: DynamicModule[] = [],
): Promise<{ app: TestingModule; client: HttpServiceClient }> {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies: POLICIES }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      ...imports,
      ClientModule.forFeature([{ service: 'shop', policy: 'once', ...options }]),
    ],
  }).compile();
  open.apps.push(app);
  await app.init();
  for (const port of ports)
    await app.get(ServiceRegistry).register({ id: `shop-${port}`, service: 'shop', host: '127.0.0.1', port });
  return { app, client: app.get<HttpServiceClient>(getHttpClientToken('shop'), { strict: false }) };
}

/** What a call was rejected with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`It succeeded with ${JSON.stringify(value)}.`);
    },
    (error: unknown) => error,
  );
}
