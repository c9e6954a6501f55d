import { checkOptions } from '@rookery/common';
import { type RegistryBackend } from '@rookery/discovery';
import { clientFactory } from '../connection/create-client.js';
import { RedisLink } from '../connection/redis-link.js';
import { RedisBackend } from './redis-backend.js';
import {
  redisRegistryCheck,
  type RedisRegistryOptions,
  redisRegistrySettings,
} from './redis-registry.options.js';
import { RegistryKeys } from './registry-keys.js';

/**
 * A registry in Redis 6 or later, for every host that reaches the server:
 * `DiscoveryModule.forRoot({ registry: redisRegistry({ url }) })`. One server, or a primary behind Sentinels; Redis
 * Cluster is not supported. Each process opens one connection, and none while it neither registers nor watches.
 */
export function redisRegistry(options: RedisRegistryOptions = {}): RegistryBackend {
  const settings = redisRegistrySettings(checkOptions('redisRegistry', redisRegistryCheck, options));
  const { namespace, clock, timeoutMs, sweepMs } = settings;
  const { createClient, server } = clientFactory(settings.url, settings.client);
  return new RedisBackend({
    link: new RedisLink({ createClient, server, timeoutMs, clock }),
    keys: new RegistryKeys(namespace),
    clock,
    sweepMs,
    description: `${server}, namespace ${namespace}`,
  });
}
