import { inspect } from 'node:util';
import { sleep, systemClock } from '@rookery/common';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { redisRegistry } from '@rookery/redis';
import { engineAnswers, EngineServer, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { clientsOf, command, urlOf } from './real-redis.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithRedis = (await engineAnswers('redis')) ? describe : describe.skip;

describeWithRedis('a redis that breaks', () => {
  let server: EngineServer;

  beforeEach(async () => (server = await EngineServer.start('redis')));
  afterEach(async () => {
    server.signal('SIGCONT');
    await server.dispose();
  });

  const backend = (timeout = 300) => redisRegistry({ url: urlOf(server), timeout, sweep: 50 });
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
    expect(await clientsOf(server)).toBe(1);
    await lease.release(NEVER);
    expect(await clientsOf(server)).toBe(1);
    await watch.stop();
    await eventually('the connection to end', async () => (await clientsOf(server)) === 0);
    await redis.services(NEVER);
    await eventually('the connection to end again', async () => (await clientsOf(server)) === 0);
  });

  it('tells the owner whose entry is gone, and closes the connection of a lost lease', async () => {
    const redis = backend();
    const lease = await redis.register(sampleInstance(), 60_000, NEVER);
    await command(server, 'flushall');
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
    await eventually('the connection to end', async () => (await clientsOf(server)) === 0);
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
  let server: EngineServer;
  beforeAll(async () => (server = await EngineServer.start('redis', '--requirepass', 's3cret')));
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
    await expect(redisRegistry({ url: urlOf(server) }).open?.()).rejects.toThrow('NOAUTH');
    const wrong = withPassword('wr0ng');
    const error = await Promise.resolve(wrong.open?.()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      retryable: false,
      message: expect.stringMatching(/WRONGPASS.*\. Check the username and password/),
    });
    expect(inspect(error, { depth: 9, showHidden: true }) + wrong.description).not.toContain('wr0ng');
  });
});
