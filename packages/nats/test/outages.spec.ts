import { inspect } from 'node:util';
import { sleep, systemClock } from '@rookery/common';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers, EngineServer, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { clientsOf, serversOf } from './real-nats.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

describeWithNats('a nats that breaks', () => {
  let server: EngineServer;

  beforeEach(async () => (server = await EngineServer.start('nats')));
  afterEach(async () => {
    server.signal('SIGCONT');
    await server.dispose();
  });

  const backend = (timeout = 300) => natsRegistry({ servers: serversOf(server), timeout });
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
    expect(await clientsOf(server)).toBe(1);
    await lease.release(NEVER);
    expect(await clientsOf(server)).toBe(1);
    await watch.stop();
    await eventually('the connection to end', async () => (await clientsOf(server)) === 0);
    await nats.services(NEVER);
    await eventually('the connection to end again', async () => (await clientsOf(server)) === 0);
  });

  it('tells the owner whose entry is gone, and closes the connection of a lost lease', async () => {
    const nats = backend();
    const lease = await nats.register(sampleInstance(), 60_000, NEVER);
    const connection = await connect({ servers: serversOf(server) });
    const bucket = await new Kvm(connection).open('rookery-registry-default');
    for await (const key of await bucket.keys()) await bucket.purge(key);
    await connection.close();
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
    await eventually('the connection to end', async () => (await clientsOf(server)) === 0);
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
  let server: EngineServer;
  beforeAll(async () => (server = await EngineServer.start('nats', '--user', 'me', '--pass', 's3cret')));
  afterAll(() => server.dispose());

  const withPassword = (pass: string) =>
    natsRegistry({ servers: serversOf(server), client: { user: 'me', pass } });

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
      retryable: false,
      message: expect.stringMatching(/authorization violation\. Check the credentials/i),
    });
    expect(inspect(error, { depth: 9, showHidden: true }) + wrong.description).not.toContain('wr0ng');
  });
});
