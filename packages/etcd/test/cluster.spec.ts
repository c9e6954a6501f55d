import { type RegistryBackend } from '@rookery/discovery';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { engineAnswers, EngineServer, eventually, freePort } from '@rookery/testing';
import { jest } from '@jest/globals';
import { EtcdApi } from './etcd-api.js';

jest.setTimeout(120_000);

const NEVER = new AbortController().signal;
const describeWithEtcd = (await engineAnswers('etcd')) ? describe : describe.skip;

const endpointOf = ({ port }: EngineServer) => `http://127.0.0.1:${port}`;

/** Starts a member and adds it to the cluster of the first. */
async function join(first: EngineServer, others: string[], name: string): Promise<EngineServer> {
  const peer = `http://127.0.0.1:${await freePort()}`;
  const members = [`default=http://127.0.0.1:${first.sidePort}`, ...others, `${name}=${peer}`];
  others.push(`${name}=${peer}`);
  const add = () => new EtcdApi(endpointOf(first)).ask('cluster/member/add', { peerURLs: [peer] });
  // A cluster takes nobody as long as it has not got used to the last one.
  await eventually('a cluster that takes another', add, { within: 30_000, every: 200 });
  const args = ['--name', name, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
  args.push('--initial-cluster', members.join(), '--initial-cluster-state', 'existing');
  return EngineServer.start('etcd', ...args);
}

describeWithEtcd('an etcd of three members', () => {
  const servers: EngineServer[] = [];
  let backend: RegistryBackend;

  beforeEach(async () => {
    const first = await EngineServer.start('etcd');
    servers.push(first);
    const others: string[] = [];
    for (const name of ['b', 'c']) servers.push(await join(first, others, name));
    // The first, which leads, is asked first.
    backend = etcdRegistry({
      endpoints: servers.map(endpointOf),
      timeout: '5s',
      idle: 500,
      random: () => 0,
    });
  });
  afterEach(async () => {
    for (const server of servers) server.signal('SIGCONT');
    await Promise.all(servers.splice(0).map((server) => server.dispose()));
  });

  it.each(['killed', 'frozen'])(
    'keeps leases and watches when the leader is %s, and tells nobody of a loss',
    async (how) => {
      const lease = await backend.register(sampleInstance({ id: 'a' }), 60_000, NEVER);
      const watch = recordWatch(backend, 'users');
      await eventually('the list', () => watch.ids()?.join() === 'a');
      if (how === 'killed') await servers[0]?.kill();
      else servers[0]?.signal('SIGSTOP');
      await lease.renew(NEVER);
      const other = await backend.register(sampleInstance({ id: 'b' }), 60_000, NEVER);
      await eventually('who has come', () => watch.ids()?.join() === 'a,b', { within: 30_000 });
      await other.release(NEVER);
      await eventually('who has gone', () => watch.ids()?.join() === 'a', { within: 30_000 });
      // A member that has no leader yet may have passed the question on.
      expect(backend.counters?.()).toMatchObject({ watchesLost: 0 });
      expect(backend.counters?.()['failovers']).toBeGreaterThan(0);
      await lease.release(NEVER);
      await watch.stop();
    },
  );
});
