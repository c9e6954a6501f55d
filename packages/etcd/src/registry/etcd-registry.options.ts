import {
  check,
  type Check,
  type Clock,
  type Duration,
  is,
  listOf,
  type Random,
  shape,
  systemClock,
  systemRandom,
  toMilliseconds,
} from '@rookery/common';
import { type Credentials } from '../connection/auth-token.js';

export interface EtcdRegistryOptions {
  /**
   * The members of one cluster, each as `http://host:port` or `https://host:port`, without credentials. One is used for as
   * long as it answers, then the next. Certificates are those that the process trusts: name an authority of your own in
   * the environment variable `NODE_EXTRA_CA_CERTS`. Client certificates are not supported, because `fetch` takes none and
   * etcd's gateway knows nobody by them: use a password. Default `['http://127.0.0.1:2379']`.
   */
  endpoints?: readonly string[];
  /** Who the registry is to etcd, with a `password`. It needs to read and write below `/rookery/<namespace>/`. Default: nobody. */
  username?: string;
  password?: string;
  /** Keeps systems on one cluster apart: services see only those of the same namespace. Default `'default'`. */
  namespace?: string;
  /** How long one endpoint may take to answer before the next is asked. Default `'3s'`. */
  timeout?: Duration;
  /**
   * How long a watch may be silent before it is opened anew, up to a fifth sooner. A server that is frozen, or cut off
   * without a word, is noticed within this time and `timeout` together. Default `'10s'`.
   */
  idle?: Duration;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Draws which endpoint is asked first and how early a silent watch is opened anew. Default: the system's randomness. */
  random?: Random;
}

export const ETCD_REGISTRY_DEFAULTS = {
  endpoints: ['http://127.0.0.1:2379'],
  namespace: 'default',
  timeout: '3s',
  idle: '10s',
} as const;

/** Node's `fetch` gives a stream up by itself when it is silent for five minutes. */
const LONGEST_IDLE_MS = 240_000;

const endpoint: Check = check(
  (value) => typeof value === 'string' && /^https?:\/\/[^@/?#\s]+\/?$/.test(value) && URL.canParse(value),
  "a URL such as 'http://host:2379' or 'https://host:2379', without credentials and path",
);

const endpoints: Check = (value, path, problems) => {
  listOf(endpoint)(value, path, problems);
  if (Array.isArray(value) && value.length === 0)
    problems.push(`${path}: Empty. Name at least one endpoint.`);
};

const optionsShape: Check = shape<EtcdRegistryOptions>({
  endpoints,
  username: is.text,
  password: is.text,
  namespace: is.serviceName,
  timeout: is.duration({ min: 10, max: 60_000 }),
  idle: is.duration({ min: 100, max: LONGEST_IDLE_MS }),
  clock: is.implementing('Clock', 'now', 'monotonic', 'schedule'),
  random: is.callable,
});

/** What other clients call the options for certificates. */
const CERTIFICATES = ['ca', 'cert', 'key', 'tls', 'credentials'];

export const etcdRegistryCheck: Check = (value, path, problems) => {
  const given = Object.keys(value as object);
  const certificates = given.filter((key) => CERTIFICATES.includes(key));
  for (const key of certificates)
    problems.push(
      `${key}: fetch takes no certificates. Name your authority in NODE_EXTRA_CA_CERTS, and use username and password.`,
    );
  if (certificates.length === 0) optionsShape(value, path, problems);
  const { username, password } = value as EtcdRegistryOptions;
  if ((username === undefined) !== (password === undefined))
    problems.push('username: One of username and password is missing. Give both or none.');
};

/** The options with their defaults, durations in milliseconds. */
export function etcdRegistrySettings(options: EtcdRegistryOptions) {
  const { username, password } = options;
  const credentials: Credentials | undefined =
    username !== undefined && password !== undefined ? { username, password } : undefined;
  return {
    endpoints: (options.endpoints ?? ETCD_REGISTRY_DEFAULTS.endpoints).map((url) => url.replace(/\/$/, '')),
    credentials,
    namespace: options.namespace ?? ETCD_REGISTRY_DEFAULTS.namespace,
    timeoutMs: toMilliseconds(options.timeout ?? ETCD_REGISTRY_DEFAULTS.timeout),
    idleMs: toMilliseconds(options.idle ?? ETCD_REGISTRY_DEFAULTS.idle),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
