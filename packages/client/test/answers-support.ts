import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import {
  ClientModule,
  getHttpClientToken,
  type HttpClientOptions,
  type HttpServiceClient,
} from '@rookery/client';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { type PolicyOptions, PolicyRegistry, ResilienceModule } from '@rookery/resilience';

const open: (() => unknown)[] = [];

/** Closes what the test opened: clients before servers. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
}

/** A server and the requests that it has seen. */
export async function serve(listener: RequestListener) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    // On a busy machine the balancer asks for a sign of life, which is no request of the client.
    if (request.url === '*') response.end();
    else {
      seen.push(request);
      listener(request, response);
    }
  });
  open.push(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, seen };
}

/** Answers with a text of a type. */
export const answer =
  (
    status: number,
    contentType: string,
    body: string,
    headers: Record<string, string> = {},
  ): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': contentType, ...headers }).end(body);

/** Answers with JSON. */
export const json = (status: number, body: unknown): RequestListener =>
  answer(status, 'application/json', JSON.stringify(body));

/** Answers with a problem. */
export const problem = (
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): RequestListener => answer(status, 'application/problem+json', JSON.stringify(body), headers);

const POLICY: PolicyOptions = {
  timeout: { total: '10s' },
  retry: { attempts: 3, backoff: { delay: 1 } },
  circuitBreaker: { consecutiveFailures: 1 },
};

/** An app with a client of `users`, whose instances are at these ports; its circuit opens at the first failure. */
export async function boot(ports: readonly number[], options: Partial<HttpClientOptions> = {}) {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({ policies: { users: POLICY } }),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      ClientModule.forFeature([{ service: 'users', policy: 'users', ...options }]),
    ],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  open.push(() => app.close());
  await app.init();
  for (const [index, port] of ports.entries())
    await app
      .get(ServiceRegistry)
      .register({ id: `users-${index}`, service: 'users', host: '127.0.0.1', port });
  return {
    client: app.get<HttpServiceClient>(getHttpClientToken('users'), { strict: false }),
    circuit: () => app.get(PolicyRegistry).state('users'),
  };
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('It succeeded.');
    },
    (error: unknown) => error,
  );
}
