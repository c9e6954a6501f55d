import { Redis, type RedisOptions } from 'ioredis';

/**
 * A client that connects when it is told to, and then once: whoever needs the server tries again, with a pause that
 * grows, and not a second time in here. RESP3 carries subscriptions and commands on one connection.
 */
const ONE_CONNECTION = {
  lazyConnect: true,
  enableOfflineQueue: false,
  retryStrategy: null,
  sentinelRetryStrategy: () => null,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  // Whoever drops a connection destroys its socket, too. A wait for the other side's end would keep the process for its
  // whole length where there is no socket any more, as after a refused connection.
  disconnectTimeout: 0,
  protocol: 3,
  replyMapping: 'legacy',
} as const;

/** The address of the server, from what the options say, and what makes clients for it. */
export function clientFactory(url: string | undefined, options: RedisOptions) {
  const settings = { connectionName: 'rookery', ...options, ...ONE_CONNECTION };
  // It never connects; it reads URL and options as every other client will.
  const template = url === undefined ? new Redis(settings) : new Redis(url, settings);
  return { createClient: () => template.duplicate(), server: addressOf(template.options) };
}

/** Where a client connects to. User and password are left out. */
function addressOf({ host, port, path, db, sentinels, name, tls }: RedisOptions): string {
  const database = db ? `, database ${db}` : '';
  if (sentinels) return `redis ${name ?? 'mymaster'} behind ${sentinels.length} sentinels${database}`;
  // A server that knows no TLS says nothing: this is what tells why.
  return `redis at ${path ?? `${host}:${port}`}${tls ? ' over TLS' : ''}${database}`;
}
