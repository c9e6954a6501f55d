import { sleep, systemClock } from '@rookery/common';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { etcdRegistry, type EtcdRegistryOptions } from '@rookery/etcd';
import { engineAnswers, EngineServer, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { EtcdApi } from './etcd-api.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithEtcd = (await engineAnswers('etcd')) ? describe : describe.skip;

describeWithEtcd('an etcd that breaks', () => {
  let server: EngineServer;
  let endpoint: string;
  let etcd: EtcdApi;

  beforeEach(async () => {
    server = await EngineServer.start('etcd');
    endpoint = `http://127.0.0.1:${server.port}`;
    etcd = new EtcdApi(endpoint);
  });
  afterEach(async () => {
    server.signal('SIGCONT');
    await server.dispose();
  });

  const backend = (options: EtcdRegistryOptions = {}) =>
    etcdRegistry({ endpoints: [endpoint], timeout: 400, idle: 300, ...options });
  const frozen = async () => {
    server.signal('SIGSTOP');
    // The signal takes a moment to arrive.
    await sleep(systemClock, 100);
  };

  it('believes an etcd that was killed, and still has its data, who has left meanwhile', async () => {
    const etcdBackend = backend();
    const other = backend();
    await etcdBackend.register(sampleInstance({ id: 'stays' }), 60_000, NEVER);
    const leaves = await etcdBackend.register(sampleInstance({ id: 'leaves' }), 60_000, NEVER);
    const before = recordWatch(other, 'users');
    await eventually('both', () => before.ids()?.join() === 'leaves,stays');
    await server.kill();
    await eventually('the loss', () => other.counters?.()['watchesLost'] === 1);
    await server.up();
    await leaves.release(NEVER);
    const after = recordWatch(other, 'users');
    await eventually('a list', () => after.ids() !== undefined);
    expect(after.ids()).toEqual(['stays']);
    await Promise.allSettled([before.stop(), after.stop()]);
  });

  it('answers every call in bounded time while it is frozen, and at once when the caller leaves', async () => {
    const etcdBackend = backend();
    const lease = await etcdBackend.register(sampleInstance(), 60_000, NEVER);
    await frozen();
    const readUntilItFails = async () => {
      for await (const snapshot of etcdBackend.watch('users', NEVER)) expect(snapshot).toBeUndefined();
    };
    const calls = [
      () => lease.renew(NEVER),
      () => lease.update(sampleInstance(), NEVER),
      () => etcdBackend.register(sampleInstance({ id: 'other' }), 60_000, NEVER),
      () => etcdBackend.list('users', NEVER),
      () => etcdBackend.services(NEVER),
      () => readUntilItFails(),
      () => lease.release(NEVER),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE', retryable: true });
    const abort = new AbortController();
    const left = etcdBackend.list('users', abort.signal);
    abort.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(etcdBackend.list('users', abort.signal)).rejects.toThrow('enough');
  });

  it('takes back a registration whose caller has left before the answer', async () => {
    const etcdBackend = backend({ timeout: 5_000 });
    const held = await etcdBackend.register(sampleInstance({ id: 'held' }), 60_000, NEVER);
    await frozen();
    const abort = new AbortController();
    const registering = etcdBackend.register(sampleInstance({ id: 'ghost' }), 60_000, abort.signal);
    await sleep(systemClock, 50);
    abort.abort(new Error('enough'));
    await expect(registering).rejects.toThrow('enough');
    server.signal('SIGCONT');
    await held.renew(NEVER);
    await eventually('the other to go', async () => {
      const { instances } = await etcdBackend.list('users', NEVER);
      return instances.map(({ id }) => id).join() === 'held';
    });
    await held.release(NEVER);
  });

  it('follows changes over what was compacted, with one reading more', async () => {
    const etcdBackend = backend();
    const watch = recordWatch(etcdBackend, 'users');
    await eventually('a list', () => watch.ids() !== undefined);
    // Other changes move the cluster on, and all history goes: where the watch stood is no more.
    for (let turn = 0; turn < 5; turn += 1) await etcd.put('elsewhere', String(turn));
    await etcd.compact();
    await eventually('the compaction is noticed', () => etcdBackend.counters?.()['compactions'] === 1);
    const lease = await etcdBackend.register(sampleInstance(), 60_000, NEVER);
    await eventually('who comes', () => watch.ids()?.length === 1);
    expect(etcdBackend.counters?.()['watchesLost']).toBe(0);
    await lease.release(NEVER);
    await watch.stop();
  });

  it('has no watch open once the reader has left, however often it was opened anew', async () => {
    const etcdBackend = backend();
    const watches = [recordWatch(etcdBackend, 'users'), recordWatch(etcdBackend, 'orders')];
    await eventually('both', async () => (await etcd.watches()) === 2);
    // Each is silent three times.
    await sleep(systemClock, 1_000);
    await eventually('both still', async () => (await etcd.watches()) === 2);
    await Promise.all(watches.map((watch) => watch.stop()));
    await eventually('none', async () => (await etcd.watches()) === 0);
    const abort = new AbortController();
    const reading = etcdBackend.watch('users', abort.signal)[Symbol.asyncIterator]();
    const first = reading.next();
    abort.abort();
    await first;
    await eventually('none again', async () => (await etcd.watches()) === 0);
  });

  it('has no lease left once all have been released', async () => {
    const etcdBackend = backend();
    const lease = await etcdBackend.register(sampleInstance(), 60_000, NEVER);
    const other = await etcdBackend.register(sampleInstance(), 60_000, NEVER);
    await lease.release(NEVER);
    expect(await etcd.leases()).toBe(1);
    await other.renew(NEVER);
    await other.release(NEVER);
    expect(await etcd.leases()).toBe(0);
  });

  it('tells the owner whose key was deleted, although its lease lives', async () => {
    const etcdBackend = backend();
    const lease = await etcdBackend.register(sampleInstance(), 60_000, NEVER);
    await etcd.deleteAll('/rookery/');
    await expect(lease.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
    await expect(lease.update(sampleInstance(), NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('does not stay open for ever when it is asked during an outage', async () => {
    await server.kill();
    const etcdBackend = backend();
    await expect(etcdBackend.open?.()).resolves.toBeUndefined();
    await expect(etcdBackend.list('users', NEVER)).rejects.toThrow(
      `etcd at ${endpoint} cannot be used: connect ECONNREFUSED`,
    );
  });
});
