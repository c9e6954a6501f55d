import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '../testing/sample-instance.js';
import { type HeldLease, takeLease } from './held-lease.js';
import { LeaseFolder } from './lease-folder.js';
import { LeaseSpace } from './lease-space.js';

const TTL = 30_000;
const HOURS = 2 * 3_600_000;

/** A clock whose wall time can be set while its steady time goes on, as an operator or NTP does. */
class SettableClock extends VirtualClock {
  step = 0;
  override now(): number {
    return super.now() + this.step;
  }
}

describe.each([
  ['forward', HOURS],
  ['back', -HOURS],
])('a wall clock that is set two hours %s', (_direction, step) => {
  let directory: string;
  let clock: SettableClock;
  let space: LeaseSpace;
  let lease: HeldLease;
  let watcher: LeaseFolder;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-clock-'));
    clock = new SettableClock(Date.now());
    space = new LeaseSpace(join(directory, 'default'), clock, seededRandom(1));
    lease = await takeLease(space, sampleInstance(), TTL);
    watcher = newFolder();
    await watcher.scan();
  });

  afterEach(async () => {
    await lease.release();
    await rm(directory, { recursive: true, force: true });
  });

  const newFolder = () => new LeaseFolder(space, space.folderOf('users'));
  const file = () => space.pathOf(space.folderOf('users'), space.fileOf(sampleInstance()));
  const seenBy = async (folder: LeaseFolder) => {
    await folder.scan();
    return folder.living().map(({ id }) => id);
  };
  /** Lets virtual time pass. The owner's next look is scheduled when the last one, with its real files, has ended. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await clock.advance(1_000);
      while (clock.pending === 0) await new Promise(setImmediate);
    }
  };

  it('hides nobody from who was watching, and makes nobody live longer', async () => {
    clock.step = step;
    for (let passed = 0; passed < TTL; passed += 1_000) {
      expect(await seenBy(watcher)).toEqual(['users-1']);
      await pass(1_000);
    }
    expect(await seenBy(watcher)).toEqual([]);
  });

  it('hides nobody for more than a second from who comes afterwards', async () => {
    clock.step = step;
    await pass(1_000);
    expect(await seenBy(newFolder())).toEqual(['users-1']);
    await pass(TTL - 2_000);
    expect(await seenBy(newFolder())).toEqual(['users-1']);
    await pass(1_000);
    expect(await seenBy(newFolder())).toEqual([]);
  });

  it('costs nobody the file, whoever looks at once', async () => {
    clock.step = step;
    await newFolder().scan();
    expect(await readdir(space.pathOf(space.folderOf('users')))).toHaveLength(1);
    expect(await seenBy(watcher)).toEqual(['users-1']);
  });

  it('is corrected in the file without a renewal, and once', async () => {
    const before = JSON.parse(await readFile(file(), 'utf8')) as { renewedAt: number };
    clock.step = step;
    await pass(1_000);
    const after = await readFile(file(), 'utf8');
    expect(JSON.parse(after)).toEqual({ ...before, renewedAt: before.renewedAt + step });
    await writeFile(file(), `${after} `);
    await pass(3_000);
    expect(await readFile(file(), 'utf8')).toBe(`${after} `);
  });
});
