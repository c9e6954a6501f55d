import { Agent, request as httpRequest } from 'node:http';
import { type MeshRequest, type MeshResponse, type MeshTransport } from '../transport/mesh-transport.js';
import { readAnswer } from '../transport/read-answer.js';
import { failureOf } from '../transport/transport-failure.js';
import { type SocketAddress, socketAddress } from './socket-address.js';

/**
 * How long a connection is kept without use, in milliseconds: less than any server does, Node's own with its 5 s
 * included, so that a request never meets a connection that the other side is just closing.
 */
const IDLE_MS = 4_000;

/**
 * Hands requests to the sidecar beside this process, in plain HTTP/1.1: encryption, balancing and retries are its
 * business. The `Host` header keeps the service's name, because that is what the sidecar routes by.
 */
export class SidecarTransport implements MeshTransport {
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #proxy: SocketAddress | undefined;

  /** @param proxy The sidecar's URL. `undefined`: connect to the service's name, and let the mesh intercept that. */
  constructor(proxy: string | undefined) {
    this.#proxy = proxy === undefined ? undefined : socketAddress(proxy);
  }

  async send({ authority, verb, path, headers, body, signal }: MeshRequest): Promise<MeshResponse> {
    const exchange = new Promise<MeshResponse>((resolve, reject) => {
      const request = httpRequest({
        ...(this.#proxy ?? socketAddress(`http://${authority}`)),
        agent: this.#agent,
        method: verb,
        path,
        headers: { ...headers, host: authority },
        signal,
      });
      request.once('response', (response) => void readAnswer(response).then(resolve, reject));
      // It stays: a request can fail again while it is being torn down, and an error that nobody hears ends the process.
      request.on('error', reject);
      request.end(body);
    });
    return exchange.catch((error: unknown) => {
      throw failureOf(error);
    });
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    this.#agent.destroy();
  }
}
