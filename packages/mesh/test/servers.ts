import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type Server,
} from 'node:http';
import { type AddressInfo } from 'node:net';

/** A server that a test started, and what it has seen. */
export interface Served {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  readonly seen: IncomingMessage[];
}

const open: Server[] = [];

/** Serves on a free port until `stopServers`. */
export async function serve(listener: RequestListener): Promise<Served> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}`, seen };
}

/**
 * A sidecar: a reverse proxy that routes by the `Host` header alone, as the mesh's do, and answers 503 for a service
 * without an instance, with Envoy's words.
 */
export function serveSidecar(routes: Readonly<Record<string, number>>): Promise<Served> {
  return serve((incoming, outgoing) => {
    const port = routes[incoming.headers.host ?? ''];
    if (port === undefined) return outgoing.writeHead(503, { server: 'envoy' }).end('no healthy upstream');
    const { method, url, headers } = incoming;
    const onward = httpRequest({ host: '127.0.0.1', port, method, path: url, headers, agent: false });
    outgoing.on('close', () => onward.destroy());
    onward.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.on('error', () => outgoing.destroy()).pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
    return undefined;
  });
}

/** Ends every server of the test. */
export async function stopServers(): Promise<void> {
  await Promise.all(
    open.splice(0).map(async (server) => {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    }),
  );
}

/** Answers with a status and JSON. */
export const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Answers with what the request was. */
export const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    json(200, { method, url, headers, body: Buffer.concat(chunks).toString() })(request, response);
  });
};

/** What `echo` answers. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The error that a call ended with. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    (value) => {
      throw new Error(`It succeeded with ${JSON.stringify(value)}.`);
    },
    (error: Error) => error,
  );
}
