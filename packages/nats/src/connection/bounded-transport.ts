import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';

interface Address {
  readonly hostname: string;
  readonly port: number;
}

/**
 * The client's transport, which knows its socket from the first moment on. The client's own learns of it only once it is
 * connected, and with `handshakeFirst` only after the handshake: until then `discard` has nothing to close.
 */
export class BoundedTransport extends NodeTransport {
  override async dial({ hostname, port }: Address): Promise<Socket> {
    const socket = createConnection({ host: hostname, port, noDelay: true });
    this.socket = socket;
    await once(socket, 'connect');
    return socket;
  }

  override async tlsFirst(to: Address): Promise<TLSSocket> {
    // The handshake goes over the socket that is there already.
    await this.dial(to);
    return super.tlsFirst(to);
  }
}
