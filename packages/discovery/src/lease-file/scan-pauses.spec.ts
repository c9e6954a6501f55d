import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { eventually } from '../testing/eventually.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { ChangeNotice } from './change-notice.js';
import { FolderWatch } from './folder-watch.js';
import { takeLease } from './held-lease.js';
import { LeaseSpace } from './lease-space.js';

// Linux tells of changes at once; elsewhere that takes its time.
const onLinux = process.platform === 'linux' ? it : it.skip;

const TURN_MS = 250;
const PROBE_MS = 200;

/** Work can be made to take time on it. */
class BusyClock extends VirtualClock {
  busyMs = 0;
  override monotonic(): number {
    return super.monotonic() + this.busyMs;
  }
  /** Without the time that work has taken. */
  elapsed(): number {
    return super.monotonic();
  }
}

/** Notes when the whole directory is read, and when owners are asked for; the one takes as long as it is told. */
class NotedSpace extends LeaseSpace {
  readonly scans: number[] = [];
  readonly probes: number[] = [];
  scanMs = 0;

  constructor(
    root: string,
    private readonly busy: BusyClock,
  ) {
    super(root, busy, seededRandom(1));
  }

  override async prepare(folder: string): Promise<void> {
    this.scans.push(this.busy.elapsed());
    await super.prepare(folder);
    this.busy.busyMs += this.scanMs;
  }

  override self() {
    this.probes.push(this.busy.elapsed());
    return super.self();
  }
}

describe('how often a directory of leases is looked at', () => {
  let directory: string;
  let clock: BusyClock;
  let space: NotedSpace;
  let watch: FolderWatch | undefined;
  let shown: readonly string[] | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-pauses-'));
    clock = new BusyClock();
    space = new NotedSpace(join(directory, 'default'), clock);
    shown = undefined;
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await watch?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const folder = () => space.folderOf('users');
  /** The turns and the probes are both waiting for their time: no work on files goes on. */
  const atRest = async () => {
    while (clock.pending < 2) await new Promise(setImmediate);
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      await clock.advance(50);
      await atRest();
    }
  };
  const start = async (scanMs: number) => {
    space.scanMs = scanMs;
    watch = new FolderWatch(space, folder(), () => 1);
    watch.add({
      push: ({ instances }) => (shown = instances.map(({ id }) => id)),
      fail: (error) => {
        throw error;
      },
    });
    await atRest();
    return watch;
  };
  /** A lease that is never renewed, and put back by nobody: its owner's clock stands still. */
  const take = async (id: string, ttlMs: number) => {
    const owner = new LeaseSpace(space.root, new VirtualClock(clock.now()), seededRandom(2));
    await takeLease(owner, sampleInstance({ id }), ttlMs);
  };

  it.each([
    [0, 1_000],
    [2, 1_000],
    [5, 2_000],
    [10, 4_000],
    [25, 10_000],
    [1_000, 10_000],
  ])('is, as a whole, %p ms of work every %p ms', async (scanMs, pauseMs) => {
    await start(scanMs);
    await pass(20_000);
    const [first = -1, second = -1] = space.scans;
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(pauseMs - TURN_MS - scanMs);
    expect(second).toBeLessThanOrEqual(pauseMs);
  });

  it('is each second where the system tells of no changes, whatever it costs', async () => {
    jest.spyOn(ChangeNotice.prototype, 'watching', 'get').mockReturnValue(false);
    await start(100);
    await pass(3_000);
    expect(space.scans).toEqual([0, 1_000, 2_000, 3_000]);
  });

  it('is every 200 ms as to who still runs, however seldom it is read', async () => {
    await start(1_000);
    await pass(2_000);
    expect(space.probes).toEqual(Array.from({ length: 11 }, (_, n) => n * PROBE_MS));
  });

  it.each([3_000, 15_000])('comes no later than somebody in it could expire, after %p ms', async (ttlMs) => {
    await take('short', ttlMs);
    await take('long', 60_000);
    await start(100);
    expect(shown).toEqual(['long', 'short']);
    await pass(ttlMs - TURN_MS);
    expect(shown).toEqual(['long', 'short']);
    await pass(TURN_MS);
    expect(shown).toEqual(['long']);
  });

  onLinux('comes no later than somebody could expire who has joined since', async () => {
    await start(1_000);
    await take('short', 2_000);
    await eventually(pass, () => expect(shown).toEqual(['short']), 50);
    expect(space.scans).toEqual([0]);
    await pass(2_000);
    expect(shown).toEqual([]);
  });

  onLinux(
    'is at once when another watcher has removed the empty directory, whose next lease is told again',
    async () => {
      await start(1_000);
      await rmdir(space.pathOf(folder()));
      await eventually(pass, () => expect(space.scans).toHaveLength(2), 50);
      await take('new', 60_000);
      await eventually(pass, () => expect(shown).toEqual(['new']), 50);
      expect(space.scans).toHaveLength(2);
      expect(clock.elapsed()).toBeLessThan(5_000);
    },
  );

  onLinux.each([
    [0, 10],
    [200, 10],
    [1_000, 50],
    [2_000, 100],
    [10_000, 100],
  ])('is, where %p are listed, %p ms after a change at the soonest', async (length, debounceMs) => {
    const { folder: listed } = await start(0);
    const instance = sampleInstance();
    jest.spyOn(listed, 'living').mockReturnValue(Array.from({ length }, () => instance));
    await pass(TURN_MS);
    const look = jest.spyOn(listed, 'look').mockResolvedValue();
    const told = () => look.mock.calls.flatMap(([files]) => Array.from(files));
    const waits = clock.pending;
    await writeFile(space.pathOf(folder(), 'new.json'), '');
    await eventually(
      () => new Promise<void>((resolve) => setImmediate(resolve)),
      () => expect(clock.pending).toBe(waits + 1),
    );
    await clock.advance(debounceMs - 1);
    expect(told()).toEqual([]);
    await clock.advance(1);
    expect(told()).toEqual(['new.json']);
  });
});
