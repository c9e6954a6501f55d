import { execFileSync } from 'node:child_process';
import {
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  rmdir,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '../testing/sample-instance.js';
import { type HeldLease, takeLease } from './held-lease.js';
import { LeaseFolder } from './lease-folder.js';
import { MAX_LEASE_BYTES } from './lease-record.js';
import { LeaseSpace } from './lease-space.js';

const TTL = 10_000;

describe('a folder of leases', () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  let directory: string;
  let clock: VirtualClock;
  let space: LeaseSpace;
  let folder: LeaseFolder;
  const leases: HeldLease[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-folder-'));
    clock = new VirtualClock(Date.now());
    space = new LeaseSpace(join(directory, 'default'), clock, seededRandom(1));
    folder = new LeaseFolder(space, space.folderOf('users'));
  });

  afterEach(async () => {
    await Promise.all(leases.splice(0).map((lease) => lease.release()));
    await rm(directory, { recursive: true, force: true });
  });

  afterAll(() => warnings.mockRestore());

  const take = async (id: string) => {
    const lease = await takeLease(space, sampleInstance({ id }), TTL);
    leases.push(lease);
    return lease;
  };
  const path = (file = '') => space.pathOf(folder.name, file);
  const fileOf = (id: string) => path(space.fileOf({ id }));
  const living = async () => {
    await folder.scan();
    return folder.living().map(({ id }) => id);
  };
  const rewrite = async (id: string, change: (record: Record<string, unknown>) => object) => {
    const record = JSON.parse(await readFile(fileOf(id), 'utf8')) as Record<string, unknown>;
    await writeFile(fileOf(id), JSON.stringify(change(record)));
  };

  it.each<[string, (file: string) => Promise<unknown>]>([
    ['empty', (file) => truncate(file)],
    ['half written', (file) => truncate(file, 200)],
    ['garbage', (file) => writeFile(file, Buffer.from([0, 255, 1, 254]))],
    ['of another format', (file) => writeFile(file, '{"v":2}')],
    ['too large', (file) => writeFile(file, ' '.repeat(MAX_LEASE_BYTES + 1))],
    ['a list', (file) => writeFile(file, '[]')],
    ['null', (file) => writeFile(file, 'null')],
  ])(
    'ignores and counts a file that is %s, once, and takes it when it is whole again',
    async (_kind, spoil) => {
      await take('good');
      const lease = await take('spoilt');
      expect(await living()).toEqual(['good', 'spoilt']);
      await spoil(fileOf('spoilt'));
      expect(await living()).toEqual(['good']);
      expect(await living()).toEqual(['good']);
      expect(folder.ignored).toBe(1);
      await lease.renew();
      expect(await living()).toEqual(['good', 'spoilt']);
    },
  );

  it('ignores a lease whose fields are not those of an instance', async () => {
    await take('a');
    await rewrite('a', (record) => ({
      ...record,
      instance: { ...(record['instance'] as object), host: 'a/../b' },
    }));
    expect(await living()).toEqual([]);
    expect(folder.ignored).toBe(1);
  });

  it('ignores links, directories, pipes and copies under another name', async () => {
    await take('a');
    await symlink(fileOf('a'), path('link.json'));
    await copyFile(fileOf('a'), path('copy.json'));
    execFileSync('mkdir', [path('folder.json')]);
    if (process.platform !== 'win32') execFileSync('mkfifo', [path('pipe.json')]);
    await writeFile(path('notes.txt'), 'not a lease');
    expect(await living()).toEqual(['a']);
    expect(folder.ignored).toBe(process.platform === 'win32' ? 3 : 4);
  });

  it('drops a lease that nobody renews, and removes its file when it has been dead for long', async () => {
    const lease = await take('a');
    // A process of another host: it cannot be asked whether it lives.
    await rewrite('a', (record) => ({ ...record, owner: { realm: 'elsewhere', pid: 1, started: '1' } }));
    for (let second = 0; second < 10; second += 1) {
      expect(await living()).toEqual(['a']);
      await clock.advance(1_000);
    }
    for (let second = 0; second < 49; second += 1) {
      expect(await living()).toEqual([]);
      await clock.advance(1_000);
    }
    expect(await readdir(path())).toHaveLength(1);
    await clock.advance(2_000);
    // The owner is held back, or it would put its file back.
    await lease.release();
    expect(await living()).toEqual([]);
    expect(await readdir(path())).toHaveLength(0);
  });

  it('removes the lease of a process that has ended, and no other', async () => {
    await take('lives');
    await take('ended');
    await rewrite('ended', (record) => ({
      ...record,
      owner: { ...(record['owner'] as object), pid: 2 ** 30 },
    }));
    await folder.scan();
    expect(await folder.probe()).toBe(1);
    expect(folder.living().map(({ id }) => id)).toEqual(['lives']);
  });

  it('removes what a writer left behind that died while writing', async () => {
    await take('a');
    const left = (file: string) => join(space.writing, file);
    await writeFile(left('a.json.1-1'), '{"v":1');
    await utimes(left('a.json.1-1'), 0, 0);
    await writeFile(left('a.json.1-2'), '{"v":1');
    expect(await living()).toEqual(['a']);
    expect(await readdir(space.writing)).toEqual(['a.json.1-2']);
    expect(await readdir(path())).toEqual([space.fileOf({ id: 'a' })]);
  });

  it('gets a file back that somebody removed, within a second of its owner', async () => {
    await take('a');
    await rm(directory, { recursive: true });
    expect(await living()).toEqual([]);
    await clock.advance(1_000);
    for (let looks = 0; looks < 200 && (await living()).length === 0; looks += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await living()).toEqual(['a']);
  });

  it('takes leases while those who watched it remove the empty directory', async () => {
    let running = true;
    const remove = async (): Promise<void> => {
      await rmdir(path()).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (running) await remove();
    };
    const removing = remove();
    try {
      for (let lease = 0; lease < 50; lease += 1) await (await take(`${lease}`)).release();
    } finally {
      running = false;
      await removing;
    }
  });

  it('never sees a file again that was released while it was being renewed', async () => {
    const lease = await take('a');
    const renewals = Array.from({ length: 20 }, () => lease.renew().catch(() => 'refused'));
    await lease.release();
    await Promise.all(renewals);
    await clock.advance(5_000);
    expect(await living()).toEqual([]);
    await expect(lease.update(sampleInstance({ id: 'a' }))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('keeps its files to the user', async () => {
    await take('a');
    if (process.platform === 'win32') return;
    const listing = execFileSync('ls', ['-ld', fileOf('a'), path(), space.root])
      .toString()
      .trim()
      .split('\n');
    expect(listing.map((line) => line.slice(1, 10)).sort()).toEqual(['rw-------', 'rwx------', 'rwx------']);
  });
});
