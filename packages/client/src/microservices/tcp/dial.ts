import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { type TcpAddress } from './tcp-address.js';

/** A socket that is connecting, and the event that says that it is connected. */
export interface Dialled {
  readonly socket: Socket;
  readonly ready: 'connect' | 'secureConnect';
}

/** How long a connection may be silent before the system asks whether the other host is still there, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Begins a connection.
 *
 * @param lookup How the host's name is resolved. Unset: as the system does.
 * @param tls Encrypts it, with Node's options.
 */
export function dial(
  { host, port }: TcpAddress,
  lookup: LookupFunction | undefined,
  tls: ConnectionOptions | undefined,
): Dialled {
  const to = { host, port, noDelay: true, ...(lookup && { lookup }) };
  const socket = tls ? connectTls({ ...serverName(host), ...tls, ...to }) : connect(to);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return { socket, ready: tls ? 'secureConnect' : 'connect' };
}

/** An address is no server name (RFC 6066, section 3). */
function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
