import {
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  ProtocolHandler,
  setTransportFactory,
} from '@nats-io/transport-node';
import { nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { unlessAborted } from '@rookery/common';
import { BoundedTransport } from './bounded-transport.js';

/**
 * Connects, until the signal aborts: that ends the connection, or the attempt at one, and with it its socket. It does what
 * `connect` of the client does (3.4), which leaves the socket of an attempt open when the server accepts it and then says
 * nothing, and shows nobody its attempt. A frozen server would get one socket more from every try.
 */
export async function dial(options: NodeConnectionOptions, stop: AbortSignal): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new BoundedTransport(), dnsResolveFn: nodeResolveHost });
  const connection = Reflect.construct(NatsConnectionImpl, [options]) as NatsConnectionImpl;
  const protocol = new ProtocolHandler(connection.options, connection);
  connection.protocol = protocol;
  const end = () => void connection.close().catch(() => {});
  const dialled = protocol.dialLoop();
  // A name may be looked up when it is given up: what comes of it is ended once it is there.
  dialled.then(
    () => stop.aborted && end(),
    () => giveUp(protocol),
  );
  try {
    await unlessAborted(stop, dialled);
  } catch (error) {
    giveUp(protocol);
    throw error;
  }
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  return connection as NatsConnection;
}

function giveUp(protocol: ProtocolHandler): void {
  // No other server is tried.
  protocol.abortReconnect = true;
  protocol.raceTimer?.cancel();
  // There is none before a name has been looked up, whatever its type says.
  const transport = protocol.transport as ProtocolHandler['transport'] | undefined;
  transport?.discard();
}
