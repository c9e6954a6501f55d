import { type Clock, sleep, systemClock } from '@rookery/common';
import { type Lease, type RegistryBackend } from '@rookery/discovery';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers, eventually } from '@rookery/testing';
import { newNamespace, removeNamespace, SERVERS } from './buckets.js';

const NEVER = new AbortController().signal;
const TWO_HOURS = 7_200_000;
const TTL = 1_000;
const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

/** A process whose wall clock is wrong. */
const off = (ms: number): Clock => ({ ...systemClock, now: () => systemClock.now() + ms });

describeWithNats.each([
  ['two hours slow', -TWO_HOURS],
  ['two hours fast', TWO_HOURS],
])('a process whose wall clock is %s, with the registry in nats', (_what, ms) => {
  let namespace: string;
  let backend: RegistryBackend;
  let leases: Lease[];

  beforeEach(async () => {
    namespace = newNamespace();
    backend = natsRegistry({ servers: SERVERS, namespace, clock: off(ms) });
    const others = natsRegistry({ servers: SERVERS, namespace });
    leases = [
      await others.register(sampleInstance({ id: 'living' }), 60_000, NEVER),
      await others.register(sampleInstance({ id: 'dead' }), TTL, NEVER),
    ];
    await sleep(systemClock, TTL + 1);
  });
  afterEach(async () => {
    await Promise.all(leases.map((lease) => lease.release(NEVER)));
    await removeNamespace(namespace);
  });

  const ids = async () => (await backend.list('users', NEVER)).instances.map(({ id }) => id);

  it('lists the living and not the dead at first sight', async () => {
    expect(await ids()).toEqual(['living']);
    const watch = recordWatch(backend, 'users');
    await eventually('a list', () => watch.ids());
    await watch.stop();
    expect(watch.snapshots.map(({ instances }) => instances.map(({ id }) => id))).toEqual([['living']]);
  });

  it('cleans away the dead and not the living', async () => {
    expect(await backend.cleanup(NEVER)).toBe(1);
    expect(await ids()).toEqual(['living']);
  });

  it('is itself seen by others for as long as it beats', async () => {
    const lease = await backend.register(sampleInstance({ id: 'mine' }), 60_000, NEVER);
    const others = natsRegistry({ servers: SERVERS, namespace });
    const { instances } = await others.list('users', NEVER);
    expect(instances.map(({ id }) => id)).toEqual(['living', 'mine']);
    await lease.release(NEVER);
  });
});
