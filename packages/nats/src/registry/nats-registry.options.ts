import {
  check,
  type Check,
  type Clock,
  type Duration,
  is,
  listOf,
  shape,
  systemClock,
  toMilliseconds,
} from '@rookery/common';
import { type NodeConnectionOptions } from '@nats-io/transport-node';

/** The options of the client that the registry decides itself: what they would change it relies on. */
const MANAGED = [
  'maxPingOut',
  'name',
  'pingInterval',
  'reconnect',
  'servers',
  'timeout',
  'waitOnFirstConnect',
] as const;

/** What the NATS client takes, such as credentials and certificates, without what the registry decides itself. */
export type NatsClientOptions = Omit<NodeConnectionOptions, (typeof MANAGED)[number]>;

export interface NatsRegistryOptions {
  /** `host:port` of one server or of several of one cluster. Credentials belong into `client`. Default `['127.0.0.1:4222']`. */
  servers?: readonly string[];
  /** Credentials, TLS and whatever else the NATS client takes: `user` and `pass`, `token`, `authenticator`, `tls`. */
  client?: NatsClientOptions;
  /** Keeps systems on one server apart: services see only those of the same namespace. Default `'default'`. */
  namespace?: string;
  /** How many servers of a cluster keep the bucket, from 1 to 5; it counts when the bucket is made. Default 1. */
  replicas?: number;
  /** How long an answer may take before the connection counts as lost. Default `'3s'`. */
  timeout?: Duration;
  /** Default: the system's clock. */
  clock?: Clock;
}

export const NATS_REGISTRY_DEFAULTS = {
  servers: ['127.0.0.1:4222'],
  namespace: 'default',
  replicas: 1,
  timeout: '3s',
} as const;

/** All other options of the client. The compiler asks for a new one when the client has learned it. */
const KNOWN: Readonly<Record<keyof NatsClientOptions, true>> = {
  authenticator: true,
  debug: true,
  ignoreAuthErrorAbort: true,
  ignoreClusterUpdates: true,
  inboxPrefix: true,
  maxReconnectAttempts: true,
  noAsyncTraces: true,
  noEcho: true,
  noRandomize: true,
  pass: true,
  pedantic: true,
  port: true,
  reconnectDelayHandler: true,
  reconnectJitter: true,
  reconnectJitterTLS: true,
  reconnectTimeWait: true,
  reconnectToServer: true,
  resolve: true,
  tls: true,
  token: true,
  user: true,
  verbose: true,
};

/** What other clients call them. */
const ELSEWHERE: Readonly<Record<string, string>> = { username: 'user', password: 'pass' };

const address: Check = check(
  (value) => typeof value === 'string' && /^((nats|tls):\/\/)?[^@/\s]+$/.test(value),
  "an address such as 'host:4222', without credentials",
);

const server: Check = (value, path, problems) => {
  // The value is not shown: what stands before the @ is a password or a token.
  if (typeof value === 'string' && value.includes('@'))
    problems.push(`${path}: An address with credentials. Give them in the option client, as user and pass.`);
  else address(value, path, problems);
};

const servers: Check = (value, path, problems) => {
  listOf(server)(value, path, problems);
  if (Array.isArray(value) && value.length === 0) problems.push(`${path}: Empty. Name at least one server.`);
};

const client: Check = (value, path, problems) => {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${path}: Not an object. Use the options of the NATS client.`);
    return;
  }
  for (const key of Object.keys(value).filter((name) => !Object.hasOwn(KNOWN, name)))
    problems.push(`${path}.${key}: ${whyRefused(key)}`);
};

function whyRefused(key: string): string {
  if ((MANAGED as readonly string[]).includes(key)) return 'The registry decides this itself. Leave it out.';
  const known = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined;
  return known ? `Unknown option. NATS calls it ${known}.` : 'Unknown option of the NATS client.';
}

/** The namespace is part of the bucket's name, in which NATS takes no dot. */
const namespace: Check = check(
  (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(value),
  'a name of up to 128 letters, digits, dashes and underscores that starts with a letter or digit',
);

export const natsRegistryCheck: Check = shape<NatsRegistryOptions>({
  servers,
  client,
  namespace,
  replicas: is.wholeNumber({ min: 1, max: 5 }),
  timeout: is.duration({ min: 100, max: 60_000 }),
  clock: is.implementing('Clock', 'now', 'monotonic', 'schedule'),
});

/** The options with their defaults, durations in milliseconds. */
export function natsRegistrySettings(options: NatsRegistryOptions) {
  return {
    servers: [...(options.servers ?? NATS_REGISTRY_DEFAULTS.servers)],
    client: options.client ?? {},
    namespace: options.namespace ?? NATS_REGISTRY_DEFAULTS.namespace,
    replicas: options.replicas ?? NATS_REGISTRY_DEFAULTS.replicas,
    timeoutMs: toMilliseconds(options.timeout ?? NATS_REGISTRY_DEFAULTS.timeout),
    clock: options.clock ?? systemClock,
  };
}
