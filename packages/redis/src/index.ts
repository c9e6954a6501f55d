export { RedisUnavailableError } from './errors/redis-unavailable.error.js';
export { redisRegistry } from './registry/redis-registry.js';
export {
  REDIS_REGISTRY_DEFAULTS,
  type RedisClientOptions,
  type RedisRegistryOptions,
} from './registry/redis-registry.options.js';
