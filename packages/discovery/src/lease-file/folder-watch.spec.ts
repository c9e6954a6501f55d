import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '@rookery/common';
import { seededRandom } from '@rookery/common/testing';
import { type Snapshot } from '../registry/registry-backend.js';
import { eventually } from '../testing/eventually.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { FolderWatch } from './folder-watch.js';
import { takeLease } from './held-lease.js';
import { LeaseSpace } from './lease-space.js';

/** Real files and the system's own notices, with every reading of the whole directory under the test's hand. */
async function setUp() {
  const directory = await mkdtemp(join(tmpdir(), 'rookery-watch-'));
  // Both clocks stand still, so that no scan is due unless the test says so, and nobody corrects the time in a file.
  const today = systemClock.now();
  let now = systemClock.monotonic();
  const clock = { ...systemClock, now: () => today, monotonic: () => now };
  const space = new LeaseSpace(join(directory, 'default'), clock, seededRandom(1));
  let revision = 0;
  const watch = new FolderWatch(space, space.folderOf('users'), () => (revision += 1));
  const seen: Snapshot[] = [];
  const errors: unknown[] = [];
  watch.add({ push: (snapshot) => seen.push(snapshot), fail: (error) => errors.push(error) });
  const shown = () => seen.at(-1)?.instances.map(({ id, status }) => `${id} ${status}`);
  const elapse = (ms: number) => sleep(systemClock, ms);
  return {
    space,
    watch,
    errors,
    shows: (...instances: string[]) => eventually(elapse, () => expect(shown()).toEqual(instances)),
    /** The next turn reads the whole directory. */
    makeScanDue: () => (now += 1_001),
    async [Symbol.asyncDispose]() {
      await watch.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describe('a watch of a directory of leases', () => {
  it('misses no change that is told just when the whole directory is due, of a file that was read before', async () => {
    await using test = await setUp();
    const { space, shows, makeScanDue, errors } = test;
    await shows();
    const lease = await takeLease(space, sampleInstance({ id: 'a' }), 60_000);
    try {
      await shows('a up');
      for (const status of ['draining', 'up', 'draining'] as const) {
        makeScanDue();
        await lease.update({ ...sampleInstance({ id: 'a' }), status });
        await shows(`a ${status}`);
      }
      expect(errors).toEqual([]);
    } finally {
      await lease.release();
    }
  });
});
