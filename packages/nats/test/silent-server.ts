import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Something at a port that accepts every connection and never says a word, as a frozen server or an engine of another kind does. */
export class SilentServer implements AsyncDisposable {
  /** Connections since the start. */
  accepted = 0;
  readonly #open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SilentServer> {
    const server = createServer();
    const silent = new SilentServer(server);
    server.on('connection', (socket) => silent.#keep(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return silent;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Connections that nobody has ended yet. */
  get open(): number {
    return this.#open.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #keep(socket: Socket): void {
    this.accepted += 1;
    this.#open.add(socket);
    // It reads, or it would not notice an end.
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(socket));
  }
}
