import { inspect } from 'node:util';
import { sleep, systemClock } from '@rookery/common';
import { type RegistryEvent, ServiceRegistry } from '@rookery/discovery';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { redisRegistry } from '@rookery/redis';
import { engineAnswers, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { RealRedis } from './real-redis.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithRedis = (await engineAnswers('redis')) ? describe : describe.skip;

describeWithRedis('a redis that breaks', () => {
  let server: RealRedis;
  const registries: ServiceRegistry[] = [];

  beforeEach(async () => (server = await RealRedis.start()));
  afterEach(async () => {
    server.signal('SIGCONT');
    await Promise.all(registries.splice(0).map((registry) => registry.close()));
    await server.dispose();
  });

  const backend = (timeout = 300) => redisRegistry({ url: server.url, timeout, sweep: 50 });
  const registry = () => {
    const made = new ServiceRegistry({ backend: backend(), ttl: '1s' });
    registries.push(made);
    return made;
  };
  const listed = (reader: ServiceRegistry) => reader.snapshot('users')?.instances.map(({ id }) => id) ?? [];
  const recordedLists = (of: ServiceRegistry) => {
    const lists: string[] = [];
    void (async () => {
      for await (const { instances } of of.watch('users')) lists.push(instances.map(({ id }) => id).join());
    })();
    return lists;
  };
  const recorded = (of: ServiceRegistry) => {
    const events: RegistryEvent['type'][] = [];
    of.onEvent(({ type }) => events.push(type));
    return events;
  };

  it.each(['killed', 'frozen'])(
    'keeps the last list while it is %s, and finds all again after',
    async (how) => {
      const member = registry();
      const reader = registry();
      await member.register({ service: 'users', id: 'a', host: '127.0.0.1', port: 1 });
      await reader.discover('users');
      const events = recorded(reader);
      const lists = recordedLists(reader);
      if (how === 'killed') await server.kill();
      else server.signal('SIGSTOP');
      await eventually('the loss is told', () => events.includes('watch-lost'));
      // Longer than the lease lasts: what is not known to be gone stays.
      await sleep(systemClock, 1_500);
      expect(listed(reader)).toEqual(['a']);
      if (how === 'killed') await server.up();
      else server.signal('SIGCONT');
      await eventually('the watch is back', () => events.includes('watch-restored'));
      await eventually('the member is back', async () => {
        const { instances } = await backend().list('users', NEVER);
        return instances.length === 1;
      });
      await member.register({ service: 'users', id: 'b', host: '127.0.0.1', port: 2 });
      await eventually('who comes later is seen', () => listed(reader).join() === 'a,b');
      expect(lists.filter((list) => list === '')).toEqual([]);
    },
  );

  it('gives who was listed one time to live to come back, and then lets go', async () => {
    const redis = backend();
    await redis.register(sampleInstance({ id: 'returns' }), 1_000, NEVER);
    await redis.register(sampleInstance({ id: 'dead' }), 1_000, NEVER);
    const before = recordWatch(redis, 'users');
    await eventually('both', () => before.ids()?.join() === 'dead,returns');
    await server.kill();
    await eventually('the loss', () => redis.counters?.()['watchesLost'] === 1);
    await expect(before.stop()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await server.up();
    const after = recordWatch(redis, 'users');
    await eventually('a list', () => after.ids() !== undefined);
    expect(after.ids()).toEqual(['dead', 'returns']);
    const lease = await redis.register(sampleInstance({ id: 'returns' }), 60_000, NEVER);
    await eventually('the dead to go', () => after.ids()?.join() === 'returns');
    await lease.release(NEVER);
    await eventually('the other to leave', () => after.ids()?.length === 0);
    await after.stop();
  });

  it('answers every call in bounded time while it is frozen, and at once when the caller leaves', async () => {
    const redis = backend();
    const lease = await redis.register(sampleInstance(), 60_000, NEVER);
    server.signal('SIGSTOP');
    // The signal takes a moment to arrive.
    await sleep(systemClock, 100);
    const calls = [
      () => lease.renew(NEVER),
      () => lease.update(sampleInstance(), NEVER),
      () => redis.register(sampleInstance({ id: 'other' }), 60_000, NEVER),
      () => redis.list('users', NEVER),
      () => redis.services(NEVER),
      () => redis.cleanup(NEVER),
      () => recordWatchUntilItFails(),
      () => lease.release(NEVER),
    ];
    const recordWatchUntilItFails = async () => {
      for await (const snapshot of redis.watch('users', NEVER)) expect(snapshot).toBeUndefined();
    };
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', retryable: true });
    }
    const abort = new AbortController();
    const left = redis.list('users', abort.signal);
    abort.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(redis.list('users', abort.signal)).rejects.toThrow('enough');
  });

  it('takes back a registration whose caller has left before the answer', async () => {
    const redis = backend(5_000);
    // The connection is there, so that the command is on its way when the server stops.
    const held = await redis.register(sampleInstance({ id: 'held' }), 60_000, NEVER);
    server.signal('SIGSTOP');
    await sleep(systemClock, 100);
    const abort = new AbortController();
    const registering = redis.register(sampleInstance({ id: 'ghost' }), 60_000, abort.signal);
    await sleep(systemClock, 50);
    abort.abort(new Error('enough'));
    await expect(registering).rejects.toThrow('enough');
    server.signal('SIGCONT');
    await held.renew(NEVER);
    await held.renew(NEVER);
    const { instances } = await redis.list('users', NEVER);
    expect(instances.map(({ id }) => id)).toEqual(['held']);
    await held.release(NEVER);
  });

  it('has no connection once the last lease and the last watch have ended', async () => {
    const redis = backend();
    const lease = await redis.register(sampleInstance(), 60_000, NEVER);
    const watch = recordWatch(redis, 'users');
    await eventually('the list', () => watch.ids()?.length === 1);
    await redis.list('users', NEVER);
    expect(await server.clients()).toBe(1);
    await lease.release(NEVER);
    expect(await server.clients()).toBe(1);
    await watch.stop();
    await eventually('the connection to end', async () => (await server.clients()) === 0);
    await redis.services(NEVER);
    await eventually('the connection to end again', async () => (await server.clients()) === 0);
  });

  it('tells the owner whose entry is gone, and closes the connection of a lost lease', async () => {
    const redis = backend();
    const lease = await redis.register(sampleInstance(), 60_000, NEVER);
    await server.command('flushall');
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
    await eventually('the connection to end', async () => (await server.clients()) === 0);
  });

  it('does not stay open for ever when it is asked during an outage', async () => {
    await server.kill();
    const redis = backend();
    await expect(redis.open?.()).resolves.toBeUndefined();
    await expect(redis.list('users', NEVER)).rejects.toThrow(
      `redis at 127.0.0.1:${server.port} cannot be used: connect ECONNREFUSED`,
    );
  });
});

describeWithRedis('a redis that wants a password', () => {
  let server: RealRedis;
  beforeAll(async () => (server = await RealRedis.start('--requirepass', 's3cret')));
  afterAll(() => server.dispose());

  const withPassword = (password: string) =>
    redisRegistry({ url: `redis://:${password}@127.0.0.1:${server.port}` });

  it('serves who knows it', async () => {
    const redis = withPassword('s3cret');
    await redis.open?.();
    const lease = await redis.register(sampleInstance(), 60_000, NEVER);
    expect((await redis.list('users', NEVER)).instances).toHaveLength(1);
    await lease.release(NEVER);
  });

  it('refuses at boot who does not, and never shows a password', async () => {
    await expect(redisRegistry({ url: server.url }).open?.()).rejects.toThrow('NOAUTH');
    const wrong = withPassword('wr0ng');
    const error = await Promise.resolve(wrong.open?.()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', message: expect.stringContaining('WRONGPASS') });
    expect(inspect(error, { depth: 9, showHidden: true }) + wrong.description).not.toContain('wr0ng');
  });
});
