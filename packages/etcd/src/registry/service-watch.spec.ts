import { writeInstance } from '@rookery/discovery';
import { VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '@rookery/discovery/testing';
import { type EtcdGateway } from '../connection/etcd-gateway.js';
import { type Entry } from './entry.js';
import { EntryKeys, toBase64 } from './entry-keys.js';
import { EntryReader } from './entry-reader.js';
import { ServiceState } from './service-state.js';
import { ServiceWatch } from './service-watch.js';

const keys = new EntryKeys('default');

const entry = (id: string, revision: number): Entry => ({
  key: keys.of('users', id),
  value: toBase64(writeInstance(sampleInstance({ id }))),
  lease: `${id}-lease`,
  revision,
});
const stateOf = (revision: number, ...entries: Entry[]) =>
  new ServiceState(new EntryReader(keys, () => {}), { revision, term: 2, entries });

/** A gateway whose streams break as soon as they are open. */
const breaking = {
  async open() {
    return { begun: 100, messages: (async function* () {})(), close() {} };
  },
} as unknown as EtcdGateway;

/** Watches while these states are read one after the other; resolves with what it showed and with why it failed. */
async function watching(...states: ServiceState[]) {
  const clock = new VirtualClock();
  const shown: string[] = [];
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<unknown>((resolve) => (fail = resolve));
  const watch = new ServiceWatch(
    {
      gateway: breaking,
      clock,
      random: () => 0,
      prefix: keys.ofService('users'),
      idleMs: 10_000,
      read: async () => {
        // A stream that breaks so long after the last reading has not broken at once.
        await clock.advance(5_000);
        const state = states.shift();
        if (!state) throw new Error('nobody answers');
        return state;
      },
      show: (state) => ({ revision: state.revision, instances: state.registered() }),
      onCompacted: () => {},
    },
    { push: ({ instances }) => shown.push(instances.map(({ id }) => id).join()), fail },
  );
  const error = await failed;
  await watch.stop();
  expect(clock.pending).toBe(0);
  return { shown, error };
}

describe('a watch whose stream breaks', () => {
  it('shows what is read next, when it is of the same data', async () => {
    const { shown, error } = await watching(
      stateOf(10, entry('a', 4), entry('b', 5)),
      stateOf(12, entry('a', 4)),
    );
    expect(shown).toEqual(['a,b', 'a']);
    expect(error).toEqual(new Error('nobody answers'));
  });

  it('fails, and shows nothing, when it is of other data: who is missing there may not have left', async () => {
    const { shown, error } = await watching(
      stateOf(10, entry('a', 4), entry('b', 5)),
      stateOf(12, entry('c', 3)),
    );
    expect(shown).toEqual(['a,b']);
    expect(error).toEqual(new Error('it was set up anew'));
  });
});
