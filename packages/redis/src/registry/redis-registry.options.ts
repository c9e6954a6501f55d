import {
  check,
  type Check,
  type Clock,
  type Duration,
  is,
  shape,
  systemClock,
  toMilliseconds,
} from '@rookery/common';
import { type RedisOptions } from 'ioredis';

/** The options of ioredis that the registry decides itself: what they would change it relies on. */
const MANAGED = [
  'autoResendUnfulfilledCommands',
  'autoResubscribe',
  'commandTimeout',
  'disconnectTimeout',
  'enableAutoPipelining',
  'enableOfflineQueue',
  'keyPrefix',
  'lazyConnect',
  'maxRetriesPerRequest',
  'monitor',
  'protocol',
  'readOnly',
  'reconnectOnError',
  'replyMapping',
  'retryStrategy',
  'stringNumbers',
] as const;

/** What ioredis takes for one server or for Sentinels, without what the registry decides itself. */
export type RedisClientOptions = Omit<RedisOptions, (typeof MANAGED)[number]>;

export interface RedisRegistryOptions {
  /** `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. Default `'redis://127.0.0.1:6379'`. */
  url?: string;
  /** What a URL cannot say, such as certificates or Sentinels, as ioredis takes it. The URL wins where both say something. */
  client?: RedisClientOptions;
  /** Keeps systems on one server apart: services see only those of the same namespace. Default `'default'`. */
  namespace?: string;
  /** How long an answer may take before the connection counts as lost. Default `'3s'`. */
  timeout?: Duration;
  /** How often a watched list is compared with the server's; changes are told sooner. Default `'1s'`. */
  sweep?: Duration;
  /** Default: the system's clock. */
  clock?: Clock;
}

export const REDIS_REGISTRY_DEFAULTS = {
  url: 'redis://127.0.0.1:6379',
  namespace: 'default',
  timeout: '3s',
  sweep: '1s',
} as const;

const url: Check = check(
  (value) =>
    typeof value === 'string' &&
    URL.canParse(value) &&
    ['redis:', 'rediss:'].includes(new URL(value).protocol),
  "a URL such as 'redis://host:6379' or 'rediss://host:6379'",
);

const client: Check = (value, path, problems) => {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`${path}: Not an object. Use the options of ioredis.`);
    return;
  }
  for (const key of Object.keys(value).filter((name) => (MANAGED as readonly string[]).includes(name)))
    problems.push(`${path}.${key}: The registry decides this itself. Leave it out.`);
  const { sentinels } = value as RedisOptions;
  if (Array.isArray(sentinels) && sentinels.length === 0)
    problems.push(`${path}.sentinels: Empty. Name at least one Sentinel.`);
};

export const redisRegistryCheck: Check = shape<RedisRegistryOptions>({
  url,
  client,
  namespace: is.serviceName,
  timeout: is.duration({ min: 10, max: 60_000 }),
  sweep: is.duration({ min: 10, max: 3_600_000 }),
  clock: is.implementing('Clock', 'now', 'monotonic', 'schedule'),
});

/** The options with their defaults, durations in milliseconds. A URL is assumed only where nothing says where to connect. */
export function redisRegistrySettings(options: RedisRegistryOptions) {
  const { url: given, client: own, namespace, timeout, sweep, clock } = options;
  const elsewhere = own?.host !== undefined || own?.path !== undefined || own?.sentinels !== undefined;
  return {
    url: given ?? (elsewhere ? undefined : REDIS_REGISTRY_DEFAULTS.url),
    client: own ?? {},
    namespace: namespace ?? REDIS_REGISTRY_DEFAULTS.namespace,
    timeoutMs: toMilliseconds(timeout ?? REDIS_REGISTRY_DEFAULTS.timeout),
    sweepMs: toMilliseconds(sweep ?? REDIS_REGISTRY_DEFAULTS.sweep),
    clock: clock ?? systemClock,
  };
}
