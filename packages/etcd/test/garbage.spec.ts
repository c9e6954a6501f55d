import { type RegistryBackend } from '@rookery/discovery';
import { badEntries, recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { ENGINE_PORTS, engineAnswers, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { EtcdApi } from './etcd-api.js';
import { newNamespace, removeNamespace } from './namespaces.js';

/** Warnings of the process, of which there is one for all that is ignored. */
const spyOnWarnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

jest.setTimeout(30_000);

const NEVER = new AbortController().signal;
const endpoint = `http://127.0.0.1:${ENGINE_PORTS.etcd}`;
const describeWithEtcd = (await engineAnswers('etcd')) ? describe : describe.skip;

describeWithEtcd('entries that others have written to etcd', () => {
  const TTL = 60_000;
  const etcd = new EtcdApi(endpoint);
  let namespace: string;
  let backend: RegistryBackend;
  let lease: string;

  let warn: ReturnType<typeof spyOnWarnings>;

  beforeEach(async () => {
    warn = spyOnWarnings();
    namespace = newNamespace();
    backend = etcdRegistry({ endpoints: [endpoint], namespace, timeout: '10s' });
    lease = await etcd.lease();
    await backend.register(sampleInstance({ id: 'good' }), TTL, NEVER);
  });
  afterEach(() => {
    warn.mockRestore();
    return removeNamespace(endpoint, namespace);
  });

  const record = (facts: object) =>
    JSON.stringify({ v: 1, instance: { ...sampleInstance({ id: 'bad' }), ...facts } });
  const key = (id: string) => `/rookery/${namespace}/users/${id}`;
  const write = (text: string, under = lease) => etcd.put(key('bad'), text, under);
  const ids = async () => (await backend.list('users', NEVER)).instances.map(({ id }) => id);
  const ignored = () => backend.counters?.()['ignoredEntries'];

  it('are listed when they are as they have to be', async () => {
    await write(record({}));
    expect(await ids()).toEqual(['bad', 'good']);
    expect(ignored()).toBe(0);
  });

  it.each<[string, string]>([
    ...badEntries(record),
    ['nothing', ''],
    ['no text', '\u0000\uFFFD'],
    ['more than 64 KB', record({ host: 'x'.repeat(66_000) })],
  ])('are ignored, counted and told once when they hold %s', async (_what, text) => {
    await write(text);
    expect(await ids()).toEqual(['good']);
    expect(ignored()).toBe(1);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(await backend.services(NEVER)).toEqual(['users']);
  });

  it('are ignored when they hang on no lease, because nobody would ever end them', async () => {
    await write(record({}), '0');
    expect(await ids()).toEqual(['good']);
    expect(ignored()).toBe(1);
  });

  it('are ignored on a key that is none of a service and an id', async () => {
    await etcd.put(`/rookery/${namespace}/users/deeper/bad`, record({}), lease);
    await etcd.put(`/rookery/${namespace}/%zz`, record({}), lease);
    expect(await ids()).toEqual(['good']);
    expect(await backend.services(NEVER)).toEqual(['users']);
  });

  it('are none of a service whose name begins alike', async () => {
    await backend.register(sampleInstance({ service: 'users2', id: 'other' }), TTL, NEVER);
    await backend.register(sampleInstance({ service: 'users.old', id: 'other' }), TTL, NEVER);
    expect(await ids()).toEqual(['good']);
    expect(ignored()).toBe(0);
  });

  it('do not break a watch, which counts each once', async () => {
    const watch = recordWatch(backend, 'users');
    await eventually('the list', () => watch.ids()?.join() === 'good');
    await write('{');
    await eventually('the bad one', () => ignored() === 1);
    // A reading beside the watch finds what the watch has seen already.
    expect(await ids()).toEqual(['good']);
    const next = await backend.register(sampleInstance({ id: 'next' }), TTL, NEVER);
    await eventually('the next', () => watch.ids()?.join() === 'good,next');
    await next.release(NEVER);
    await eventually('the leaving', () => watch.ids()?.join() === 'good');
    expect(ignored()).toBe(1);
    await write('[');
    await eventually('the second bad one', () => ignored() === 2);
    await watch.stop();
  });

  it('are replaced, whatever they are, when the id is registered', async () => {
    await write('{', '0');
    const owner = await backend.register(sampleInstance({ id: 'bad' }), TTL, NEVER);
    expect(await ids()).toEqual(['bad', 'good']);
    await write('{');
    await expect(owner.renew(NEVER)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'taken' });
    await expect(owner.update(sampleInstance({ id: 'bad' }), NEVER)).rejects.toMatchObject({
      reason: 'taken',
    });
    await owner.release(NEVER);
    expect(ignored()).toBe(0);
    expect(await ids()).toEqual(['good']);
    expect(ignored()).toBe(1);
  });

  it('are listed when they take several answers, and shown once when they all go together', async () => {
    const watch = recordWatch(backend, 'users');
    await eventually('the list', () => watch.ids()?.join() === 'good');
    const all = Array.from({ length: 2_100 }, (_, index) => `id-${index}`);
    await etcd.putAll(
      all.map((id) => [key(id), record({ id })] as const),
      lease,
    );
    expect([...(await ids())].sort()).toEqual([...all, 'good'].sort());
    await eventually('all of them', () => watch.ids()?.length === all.length + 1);
    const shown = watch.snapshots.length;
    await etcd.revoke(lease);
    await eventually('none of them', () => watch.ids()?.join() === 'good');
    expect(watch.snapshots.length).toBe(shown + 1);
    await watch.stop();
  });

  it('come and go many at a time', async () => {
    const watch = recordWatch(backend, 'users');
    const all = Array.from({ length: 100 }, (_, index) => sampleInstance({ id: `id-${index}` }));
    const leases = await Promise.all(all.map((instance) => backend.register(instance, TTL, NEVER)));
    await eventually('all of them', () => watch.ids()?.length === all.length + 1);
    await Promise.all(leases.map((one) => one.release(NEVER)));
    await eventually('none of them', () => watch.ids()?.join() === 'good');
    await watch.stop();
  });
});
