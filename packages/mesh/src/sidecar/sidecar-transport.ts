import { Agent } from 'node:http';
import { type MeshRequest, type MeshResponse, type MeshTransport } from '../transport/mesh-transport.js';
import { IDLE_MS, sendOver } from '../transport/send-over.js';
import { type SocketAddress, socketAddress } from './socket-address.js';

/**
 * Hands requests to the sidecar beside this process, in plain HTTP/1.1: encryption, balancing and retries are its
 * business. The `Host` header keeps the service's name, because that is what the sidecar routes by.
 */
export class SidecarTransport implements MeshTransport {
  readonly kind = 'http';
  readonly hint = 'Is the sidecar running? MeshModule.forRoot({ waitFor }) waits for it at boot.';
  readonly #agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  readonly #proxy: SocketAddress | undefined;

  /** @param proxy The sidecar's URL. `undefined`: connect to the service's name, and let the mesh intercept that. */
  constructor(proxy: string | undefined) {
    this.#proxy = proxy === undefined ? undefined : socketAddress(proxy);
  }

  send({ authority, ...request }: MeshRequest): Promise<MeshResponse> {
    const address = this.#proxy ?? socketAddress(`http://${authority}`);
    return sendOver({ ...address, agent: this.#agent }, { authority, ...request });
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    this.#agent.destroy();
  }
}
