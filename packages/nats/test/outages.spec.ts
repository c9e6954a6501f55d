import { inspect } from 'node:util';
import { sleep, systemClock } from '@rookery/common';
import { type RegistryEvent, ServiceRegistry } from '@rookery/discovery';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { RealNats } from './real-nats.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

describeWithNats('a nats that breaks', () => {
  let server: RealNats;
  const registries: ServiceRegistry[] = [];

  beforeEach(async () => (server = await RealNats.start()));
  afterEach(async () => {
    server.signal('SIGCONT');
    await Promise.all(registries.splice(0).map((registry) => registry.close()));
    await server.dispose();
  });

  const backend = (timeout = 300) => natsRegistry({ servers: server.servers, timeout });
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

  it.each(['killed', 'killed and emptied', 'frozen'])(
    'keeps the last list while it is %s, and finds all again after',
    async (how) => {
      const member = registry();
      const reader = registry();
      await member.register({ service: 'users', id: 'a', host: '127.0.0.1', port: 1 });
      await reader.discover('users');
      const events = recorded(reader);
      const lists = recordedLists(reader);
      if (how === 'frozen') server.signal('SIGSTOP');
      else await server.kill();
      if (how === 'killed and emptied') await server.wipe();
      await eventually('the loss is told', () => events.includes('watch-lost'));
      // Longer than the lease lasts: what is not known to be gone stays.
      await sleep(systemClock, 1_500);
      expect(listed(reader)).toEqual(['a']);
      if (how === 'frozen') server.signal('SIGCONT');
      else await server.up();
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
    const nats = backend();
    await nats.register(sampleInstance({ id: 'returns' }), 1_000, NEVER);
    await nats.register(sampleInstance({ id: 'dead' }), 1_000, NEVER);
    const before = recordWatch(nats, 'users');
    await eventually('both', () => before.ids()?.join() === 'dead,returns');
    await server.kill();
    await eventually('the loss', () => nats.counters?.()['watchesLost'] === 1);
    await expect(before.stop()).rejects.toMatchObject({ code: 'NATS_UNAVAILABLE' });
    await server.up();
    const after = recordWatch(nats, 'users');
    await eventually('a list', () => after.ids() !== undefined);
    expect(after.ids()).toEqual(['dead', 'returns']);
    const lease = await nats.register(sampleInstance({ id: 'returns' }), 60_000, NEVER);
    await eventually('the dead to go', () => after.ids()?.join() === 'returns');
    await lease.release(NEVER);
    await eventually('the other to leave', () => after.ids()?.length === 0);
    await after.stop();
  });

  it('answers every call in bounded time while it is frozen, and at once when the caller leaves', async () => {
    const nats = backend();
    const lease = await nats.register(sampleInstance(), 60_000, NEVER);
    server.signal('SIGSTOP');
    // The signal takes a moment to arrive.
    await sleep(systemClock, 100);
    const calls = [
      () => lease.renew(NEVER),
      () => lease.update(sampleInstance(), NEVER),
      () => nats.register(sampleInstance({ id: 'other' }), 60_000, NEVER),
      () => nats.list('users', NEVER),
      () => nats.services(NEVER),
      () => nats.cleanup(NEVER),
      () => recordWatchUntilItFails(),
      () => lease.release(NEVER),
    ];
    const recordWatchUntilItFails = async () => {
      for await (const snapshot of nats.watch('users', NEVER)) expect(snapshot).toBeUndefined();
    };
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: 'NATS_UNAVAILABLE', retryable: true });
    }
    const abort = new AbortController();
    const left = nats.list('users', abort.signal);
    abort.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(nats.list('users', abort.signal)).rejects.toThrow('enough');
  });

  it('takes back a registration whose caller has left before the answer', async () => {
    const nats = backend(5_000);
    // The connection is there, so that the command is on its way when the server stops.
    const held = await nats.register(sampleInstance({ id: 'held' }), 60_000, NEVER);
    server.signal('SIGSTOP');
    await sleep(systemClock, 100);
    const abort = new AbortController();
    const registering = nats.register(sampleInstance({ id: 'ghost' }), 60_000, abort.signal);
    await sleep(systemClock, 50);
    abort.abort(new Error('enough'));
    await expect(registering).rejects.toThrow('enough');
    server.signal('SIGCONT');
    await held.renew(NEVER);
    await eventually('the other to go', async () => {
      const { instances } = await nats.list('users', NEVER);
      return instances.map(({ id }) => id).join() === 'held';
    });
    await held.release(NEVER);
  });

  it('has no connection once the last lease and the last watch have ended', async () => {
    const nats = backend();
    const lease = await nats.register(sampleInstance(), 60_000, NEVER);
    const watch = recordWatch(nats, 'users');
    await eventually('the list', () => watch.ids()?.length === 1);
    await nats.list('users', NEVER);
    expect(await server.clients()).toBe(1);
    await lease.release(NEVER);
    expect(await server.clients()).toBe(1);
    await watch.stop();
    await eventually('the connection to end', async () => (await server.clients()) === 0);
    await nats.services(NEVER);
    await eventually('the connection to end again', async () => (await server.clients()) === 0);
  });

  it('tells the owner whose entry is gone, and closes the connection of a lost lease', async () => {
    const nats = backend();
    const lease = await nats.register(sampleInstance(), 60_000, NEVER);
    const connection = await connect({ servers: server.servers });
    const bucket = await new Kvm(connection).open('rookery-registry-default');
    for await (const key of await bucket.keys()) await bucket.purge(key);
    await connection.close();
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
    await eventually('the connection to end', async () => (await server.clients()) === 0);
  });

  it('does not stay open for ever when it is asked during an outage', async () => {
    await server.kill();
    const nats = backend();
    await expect(nats.open?.()).resolves.toBeUndefined();
    await expect(nats.list('users', NEVER)).rejects.toThrow(
      `nats at 127.0.0.1:${server.port} cannot be used: connection refused`,
    );
  });
});

describeWithNats('a nats that wants a password', () => {
  let server: RealNats;
  beforeAll(async () => (server = await RealNats.start('--user', 'me', '--pass', 's3cret')));
  afterAll(() => server.dispose());

  const withPassword = (pass: string) =>
    natsRegistry({ servers: server.servers, client: { user: 'me', pass } });

  it('serves who knows it', async () => {
    const nats = withPassword('s3cret');
    await nats.open?.();
    const lease = await nats.register(sampleInstance(), 60_000, NEVER);
    expect((await nats.list('users', NEVER)).instances).toHaveLength(1);
    await lease.release(NEVER);
  });

  it('refuses at boot who does not, and never shows a password', async () => {
    const wrong = withPassword('wr0ng');
    const error = await Promise.resolve(wrong.open?.()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'NATS_UNAVAILABLE',
      message: expect.stringMatching(/authorization/i),
    });
    expect(inspect(error, { depth: 9, showHidden: true }) + wrong.description).not.toContain('wr0ng');
  });
});
