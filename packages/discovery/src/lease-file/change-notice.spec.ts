import { mkdirSync, rmdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@rookery/common/testing';
import { eventually } from '../testing/eventually.js';
import { type ChangedFiles, ChangeNotice } from './change-notice.js';
import { FirstWarnings } from './first-warnings.js';

const DEBOUNCE_MS = 10;

// Linux tells at once. Others take their time, and tell the end of a directory in another way or do not let it end.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a notice of what changes in a directory', () => {
  let root: string;
  let clock: VirtualClock;
  let notice: ChangeNotice;
  const told: ChangedFiles[] = [];
  const path = (...names: string[]) => join(root, 'leases', ...names);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'rookery-notice-'));
    await mkdir(path());
    clock = new VirtualClock();
    notice = new ChangeNotice(
      path(),
      clock,
      new FirstWarnings(),
      () => DEBOUNCE_MS,
      (files) => void told.push(files),
    );
    await notice.arm();
  });

  afterEach(async () => {
    notice.close();
    told.length = 0;
    await rm(root, { recursive: true, force: true });
  });

  /** The next that is told, when what the system tells has arrived. */
  const next = () =>
    eventually(
      (ms) => clock.advance(ms),
      () => {
        const files = told.shift();
        if (files === undefined) throw new Error('Nothing was told.');
        return files;
      },
    );
  /** A new lease is told by its name. */
  const tellsOf = async (file: string) => {
    await writeFile(path(file), '');
    expect(await next()).toEqual(new Set([file]));
  };

  it('tells which files have changed, and nothing of what is no lease', async () => {
    await writeFile(path('a.json.tmp'), '');
    await tellsOf('a.json');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['removed', () => rmdir(path())],
    ['moved away', () => rename(path(), join(root, 'elsewhere'))],
  ])(
    'tells at once that the directory was %s, and watches the one that is made instead',
    async (_what, end) => {
      await end();
      expect(await next()).toBe('any');
      expect(notice.watching).toBe(false);
      await mkdir(path());
      await notice.arm();
      expect(notice.watching).toBe(true);
      await tellsOf('b.json');
    },
  );

  it('is not deaf for a directory that is made anew before its end was told', async () => {
    // The new directory has the number of the old one on many file systems.
    rmdirSync(path());
    mkdirSync(path());
    await notice.arm();
    // What is told of the old one, if it is still told, is passed over.
    for (let looks = 0; looks < 10; looks += 1) await clock.advance(DEBOUNCE_MS);
    told.length = 0;
    await notice.arm();
    await tellsOf('c.json');
    expect(notice.failures).toBe(0);
  });
});
