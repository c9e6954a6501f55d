import { randomUUID } from 'node:crypto';
import { type Lease, type RegistryBackend } from '@rookery/discovery';
import { badEntries, recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { ENGINE_PORTS, engineAnswers, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** Warnings of the process, of which there is one for all that is ignored. */
const spyOnWarnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

jest.setTimeout(30_000);

const NEVER = new AbortController().signal;
const servers = [`127.0.0.1:${ENGINE_PORTS.nats}`];
const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

describeWithNats('entries that others have written to nats', () => {
  const TTL = 60_000;
  let backend: RegistryBackend;
  let connection: NatsConnection;
  let bucket: KV;
  let good: Lease;

  let warn: ReturnType<typeof spyOnWarnings>;

  beforeEach(async () => {
    warn = spyOnWarnings();
    const namespace = `test-${randomUUID()}`;
    backend = natsRegistry({ servers, namespace, timeout: '10s' });
    good = await backend.register(sampleInstance({ id: 'good' }), TTL, NEVER);
    connection = await connect({ servers });
    bucket = await new Kvm(connection).open(`rookery-registry-${namespace}`);
  });
  afterEach(async () => {
    warn.mockRestore();
    await good.release(NEVER);
    await bucket.destroy();
    await connection.close();
  });

  const key = (service: string, id: string) =>
    [service, id].map((text) => Buffer.from(text).toString('base64url')).join('.');
  const record = (facts: object) =>
    JSON.stringify({
      v: 1,
      token: 'x',
      ttlMs: TTL,
      instance: { ...sampleInstance({ id: 'bad' }), ...facts },
    });
  const write = (text: string) => bucket.put(key('users', 'bad'), text);
  const ids = async () => (await backend.list('users', NEVER)).instances.map(({ id }) => id);
  const ignored = () => backend.counters?.()['ignoredEntries'];

  it('are listed when they are as they have to be', async () => {
    await write(record({}));
    expect(await ids()).toEqual(['bad', 'good']);
    expect(ignored()).toBe(0);
  });

  it.each(badEntries(record))('are ignored, counted and told once when they hold %s', async (_what, text) => {
    await write(text);
    expect(await ids()).toEqual(['good']);
    expect(ignored()).toBe(1);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('are refused by the bucket when they are too large', async () => {
    await expect(write('x'.repeat(70_000))).rejects.toThrow('message size exceeds maximum allowed');
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
    await write('{');
    const lease = await backend.register(sampleInstance({ id: 'bad' }), TTL, NEVER);
    expect(await ids()).toEqual(['bad', 'good']);
    await write('{');
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'taken' });
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
});
