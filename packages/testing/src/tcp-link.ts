import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A wire on loopback between a client and its server that a test can cut, or make swallow everything without a word. */
export class TcpLink {
  #silent = false;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens on a free port of 127.0.0.1, and leads to `port` of it. */
  static async to(port: number): Promise<TcpLink> {
    const server = createServer();
    const link = new TcpLink(server);
    server.on('connection', (near) => link.#join(near, connect({ port, host: '127.0.0.1' })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  /** Where the client connects. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections the client has open now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Ends every connection. New ones are let through. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on, connections stay open and nothing passes: what a firewall does that has forgotten them. */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends what was silenced, and lets new connections through. */
  restore(): void {
    this.#silent = false;
    this.cut();
  }

  /** Ends every connection, and listens no more. */
  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        if (!this.#silent) to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
