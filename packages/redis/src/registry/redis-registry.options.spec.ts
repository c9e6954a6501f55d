import { redisRegistry, type RedisRegistryOptions } from '@rookery/redis';

describe('the options of a redis registry', () => {
  it.each<[RedisRegistryOptions, string]>([
    [{}, 'redis at 127.0.0.1:6379, namespace default'],
    [{ url: 'rediss://:s3cret@redis-1/2' }, 'redis at redis-1:6379 over TLS, database 2, namespace default'],
    [{ client: { host: 'redis-2', tls: {} } }, 'redis at redis-2:6379 over TLS, namespace default'],
  ])('%j are described without a password', (options, description) => {
    expect(redisRegistry(options).description).toBe(description);
  });

  it.each<[object, string]>([
    [{ url: '' }, 'url: Invalid value "".'],
    [{ client: { sentinels: [] } }, 'client.sentinels: Empty. Name at least one Sentinel.'],
    [{ client: { keyPrefix: 'x' } }, 'client.keyPrefix: The registry decides this itself. Leave it out.'],
  ])('are refused when they are %j', (options, message) => {
    expect(() => redisRegistry(options)).toThrow(message);
  });
});
