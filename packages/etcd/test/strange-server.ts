import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** Something that answers where an etcd is expected. */
export class StrangeServer implements AsyncDisposable {
  private constructor(private readonly server: Server) {}

  static async start(answer: RequestListener): Promise<StrangeServer> {
    const server = createServer((request, response) => {
      request.resume();
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StrangeServer(server);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
