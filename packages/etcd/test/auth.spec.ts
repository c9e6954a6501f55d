import { inspect } from 'node:util';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { engineAnswers, EngineServer, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { EtcdApi } from './etcd-api.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithEtcd = (await engineAnswers('etcd')) ? describe : describe.skip;

describeWithEtcd('an etcd that wants to know who asks', () => {
  let server: EngineServer;
  let endpoint: string;
  let etcd: EtcdApi;

  beforeAll(async () => {
    server = await EngineServer.start('etcd');
    endpoint = `http://127.0.0.1:${server.port}`;
    etcd = new EtcdApi(endpoint);
    const key = Buffer.from('/rookery/').toString('base64');
    const rangeEnd = Buffer.from('/rookery0').toString('base64');
    const all = { permType: 'READWRITE', key, range_end: rangeEnd };
    await etcd.ask('auth/user/add', { name: 'root', password: 'r00t' });
    await etcd.ask('auth/user/grant', { user: 'root', role: 'root' });
    await etcd.ask('auth/role/add', { name: 'registry' });
    await etcd.ask('auth/role/grant', { name: 'registry', perm: all });
    await etcd.ask('auth/role/add', { name: 'nothing' });
    for (const [name, role] of [
      ['app', 'registry'],
      ['stranger', 'nothing'],
    ]) {
      await etcd.ask('auth/user/add', { name, password: 's3cret' });
      await etcd.ask('auth/user/grant', { user: name, role });
    }
    await etcd.ask('auth/enable');
  });
  afterAll(() => server.dispose());

  const as = (username: string, password: string) =>
    etcdRegistry({ endpoints: [endpoint], username, password, idle: 200, timeout: 2_000 });
  const asRoot = async () => {
    const { token } = await etcd.ask<{ token: string }>('auth/authenticate', {
      name: 'root',
      password: 'r00t',
    });
    return new EtcdApi(endpoint, token);
  };

  it('serves who says it, with no more rights than it needs', async () => {
    const backend = as('app', 's3cret');
    await backend.open?.();
    const watch = recordWatch(backend, 'users');
    const lease = await backend.register(sampleInstance(), 60_000, NEVER);
    await lease.renew(NEVER);
    await lease.update(sampleInstance({ port: 2 }), NEVER);
    await eventually('the change', () => watch.snapshots.at(-1)?.instances[0]?.port === 2);
    expect(await backend.services(NEVER)).toEqual(['users']);
    await lease.release(NEVER);
    await eventually('the leaving', () => watch.ids()?.length === 0);
    await watch.stop();
  });

  it('gives a new token when it has forgotten the old ones, and watches go on', async () => {
    const backend = as('app', 's3cret');
    const lease = await backend.register(sampleInstance(), 60_000, NEVER);
    const watch = recordWatch(backend, 'users');
    await eventually('the list', () => watch.ids()?.length === 1);
    // A change of rights makes every token old; the next question and the next opening of the watch need another.
    const root = await asRoot();
    await root.ask('auth/role/add', { name: 'another' });
    await lease.update(sampleInstance({ port: 2 }), NEVER);
    await eventually('the change', () => watch.snapshots.at(-1)?.instances[0]?.port === 2);
    // A restart forgets them.
    await server.kill();
    await server.up();
    await eventually('a renewal', async () => {
      await lease.renew(NEVER);
      return true;
    });
    await lease.release(NEVER);
    await watch.stop().catch(() => {
      // It was lost with the server, or not, as it happened.
    });
  });

  it('refuses at boot who does not, and never shows a password', async () => {
    const wrong = as('app', 'wr0ng');
    const error = await Promise.resolve(wrong.open?.()).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'ETCD_UNAVAILABLE',
      message: expect.stringContaining('authentication failed, invalid user ID or password'),
    });
    expect(inspect(error, { depth: 9, showHidden: true }) + wrong.description).not.toContain('wr0ng');
    await expect(etcdRegistry({ endpoints: [endpoint] }).open?.()).rejects.toThrow('user name is empty');
  });

  it('refuses at boot who may not read there, and fails a watch with the reason', async () => {
    const backend = as('stranger', 's3cret');
    await expect(backend.open?.()).rejects.toThrow('permission denied');
    const watch = recordWatch(backend, 'users');
    await eventually('the end', () => backend.counters?.()['watchesLost'] === 1);
    await expect(watch.stop()).rejects.toThrow('permission denied');
  });

  it('is told a password before it asks for one', async () => {
    const open = await EngineServer.start('etcd');
    try {
      const own = `http://127.0.0.1:${open.port}`;
      const backend = etcdRegistry({ endpoints: [own], username: 'app', password: 's3cret' });
      const lease = await backend.register(sampleInstance(), 60_000, NEVER);
      const root = new EtcdApi(own);
      for (const name of ['root', 'app']) {
        await root.ask('auth/user/add', { name, password: 's3cret' });
        await root.ask('auth/user/grant', { user: name, role: 'root' });
      }
      await root.ask('auth/enable');
      await lease.renew(NEVER);
      await lease.release(NEVER);
    } finally {
      await open.dispose();
    }
  });
});
