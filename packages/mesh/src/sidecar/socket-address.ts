/** Where a connection goes. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** The host and port of an http URL; an IPv6 address without the brackets that it has in a URL. */
export function socketAddress(url: string): SocketAddress {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 80 : Number(port) };
}
