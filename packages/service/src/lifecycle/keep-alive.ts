import { type Server } from 'node:net';

/** Node's own: shorter than the idle times of most clients and load balancers. */
const NODE_DEFAULT_MS = 5_000;

/** Longer than the 60 s of common load balancers and proxies. */
const BEHIND_PROXIES_MS = 65_000;

/**
 * Sets how long an HTTP server keeps a connection that nobody uses. The server must be the one that waits longer: else
 * it closes a connection in the moment in which its client sends a request on it, and nobody knows whether that was
 * read (nodejs/node #20256). A value that the app has set itself stays, unless one is given.
 */
export function keepConnections(server: Server & { keepAliveTimeout?: number }, wantedMs?: number): void {
  if (server.keepAliveTimeout === undefined) return;
  if (wantedMs !== undefined) server.keepAliveTimeout = wantedMs;
  else if (server.keepAliveTimeout === NODE_DEFAULT_MS) server.keepAliveTimeout = BEHIND_PROXIES_MS;
}
