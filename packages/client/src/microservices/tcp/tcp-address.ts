import { isIP } from 'node:net';

/** Where a TCP endpoint is. */
export interface TcpAddress {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The address in a URL such as `tcp://127.0.0.1:3001`. */
export function tcpAddressOf(url: string): TcpAddress {
  const { hostname, port } = new URL(url);
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host: isIP(bare) === 6 ? bare : hostname, port: Number(port) };
}
