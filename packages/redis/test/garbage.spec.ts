import { type RegistryBackend } from '@rookery/discovery';
import { badEntries, recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { redisRegistry } from '@rookery/redis';
import { ENGINE_PORTS, engineAnswers, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { newNamespace, removeNamespace } from './namespaces.js';

/** Warnings of the process, of which there is one for all that is ignored. */
const spyOnWarnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

jest.setTimeout(30_000);

const NEVER = new AbortController().signal;
const url = `redis://127.0.0.1:${ENGINE_PORTS.redis}`;
const describeWithRedis = (await engineAnswers('redis')) ? describe : describe.skip;

describeWithRedis('entries that others have written to redis', () => {
  const TTL = 60_000;
  const FUTURE = Date.now() + 3_600_000;
  let namespace: string;
  let backend: RegistryBackend;
  let redis: Redis;
  let prefix: string;

  let warn: ReturnType<typeof spyOnWarnings>;

  beforeEach(async () => {
    warn = spyOnWarnings();
    namespace = newNamespace();
    prefix = `rookery:{${namespace}}:registry:`;
    backend = redisRegistry({ url, namespace, sweep: 20, timeout: '10s' });
    redis = new Redis(url);
    await backend.register(sampleInstance({ id: 'good' }), TTL, NEVER);
  });
  afterEach(async () => {
    warn.mockRestore();
    redis.disconnect();
    await removeNamespace(url, namespace);
  });

  const record = (facts: object) =>
    JSON.stringify({ v: 1, instance: { ...sampleInstance({ id: 'bad' }), ...facts } });
  const write = async (text: string) => {
    await redis.hset(`${prefix}entry:users:bad`, { token: 'x', record: text });
    await redis.zadd(`${prefix}index:users`, FUTURE, 'bad');
  };
  const ids = async () => (await backend.list('users', NEVER)).instances.map(({ id }) => id);
  const ignored = () => backend.counters?.()['ignoredEntries'];

  it('are listed when they are as they have to be', async () => {
    await write(record({}));
    expect(await ids()).toEqual(['bad', 'good']);
    expect(ignored()).toBe(0);
  });

  it.each<[string, string]>([
    ...badEntries(record),
    ['too much', record({ metadata: { text: 'x'.repeat(70_000) } })],
    ['too much that would be ignored', record({}) + ' '.repeat(70_000)],
  ])('are ignored, counted and told once when they hold %s', async (_what, text) => {
    await write(text);
    expect(await ids()).toEqual(['good']);
    expect(ignored()).toBe(1);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('do not break a watch, which counts each once', async () => {
    const watch = recordWatch(backend, 'users');
    await eventually('the list', () => watch.ids()?.join() === 'good');
    await write('{');
    await eventually('the bad one', () => ignored() === 1);
    const lease = await backend.register(sampleInstance({ id: 'next' }), TTL, NEVER);
    await eventually('the next', () => watch.ids()?.join() === 'good,next');
    await lease.release(NEVER);
    await eventually('the leaving', () => watch.ids()?.join() === 'good');
    expect(ignored()).toBe(1);
    await watch.stop();
  });

  it('are replaced, whatever they are, when the id is registered', async () => {
    await redis.set(`${prefix}entry:users:mine`, 'no hash');
    const lease = await backend.register(sampleInstance({ id: 'mine' }), TTL, NEVER);
    expect(await ids()).toEqual(['good', 'mine']);
    await redis.set(`${prefix}entry:users:mine`, 'no hash again');
    expect(await ids()).toEqual(['good']);
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
  });

  it('do not stop owners from getting their index back', async () => {
    const lease = await backend.register(sampleInstance({ id: 'owner' }), TTL, NEVER);
    await redis.set(`${prefix}index:users`, 'no index');
    await redis.set(`${prefix}services`, 'no services');
    await lease.renew(NEVER);
    expect(await ids()).toEqual(['owner']);
    expect(await backend.services(NEVER)).toEqual(['users']);
  });

  it('are no services when they have no name', async () => {
    await redis.zadd(`${prefix}services`, FUTURE, 'line\nbreak', FUTURE, 'nobody');
    expect(await backend.services(NEVER)).toEqual(['users']);
  });

  it('leave with the cleaning when nothing is behind them', async () => {
    await redis.zadd(`${prefix}index:users`, FUTURE, 'nothing');
    expect(await backend.cleanup(NEVER)).toBe(1);
    expect(await redis.zrange(`${prefix}index:users`, '0', '-1')).toEqual(['good']);
  });

  it('are many: a thousand instances are listed, watched and gone', async () => {
    const watch = recordWatch(backend, 'users');
    const all = Array.from({ length: 1_000 }, (_, index) => sampleInstance({ id: `id-${index}` }));
    const leases = await Promise.all(all.map((instance) => backend.register(instance, TTL, NEVER)));
    expect(await ids()).toHaveLength(1_001);
    await eventually('all of them', () => watch.ids()?.length === 1_001);
    await Promise.all(leases.map((lease) => lease.release(NEVER)));
    await eventually('none of them', () => watch.ids()?.join() === 'good');
    await watch.stop();
  });

  it('all go by themselves: every key has an end', async () => {
    const keys = await redis.keys(`${prefix}*`);
    expect(keys.length).toBeGreaterThanOrEqual(4);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});
