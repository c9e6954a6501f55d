import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '../testing/sample-instance.js';
import { type HeldLease, takeLease } from './held-lease.js';
import { LeaseFolder } from './lease-folder.js';
import { LeaseSpace } from './lease-space.js';

describe('a folder that is told which files have changed', () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  let directory: string;
  let space: LeaseSpace;
  let folder: LeaseFolder;
  const leases: HeldLease[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-changes-'));
    space = new LeaseSpace(join(directory, 'default'), new VirtualClock(Date.now()), seededRandom(1));
    folder = new LeaseFolder(space, space.folderOf('users'));
  });

  afterEach(async () => {
    await Promise.all(leases.splice(0).map((lease) => lease.release()));
    await rm(directory, { recursive: true, force: true });
  });

  afterAll(() => warnings.mockRestore());

  const take = async (id: string) => {
    const lease = await takeLease(space, sampleInstance({ id }), 10_000);
    leases.push(lease);
    return lease;
  };
  const path = (file: string) => space.pathOf(folder.name, file);
  const fileOf = (id: string) => path(space.fileOf({ id }));
  const living = async () => {
    await folder.scan();
    return folder.living().map(({ id }) => id);
  };

  it('reads only the files that are told to have changed, and no list is new without a reason', async () => {
    const a = await take('a');
    await take('b');
    expect(await living()).toEqual(['a', 'b']);
    const list = folder.living();
    await a.renew();
    await folder.look([space.fileOf({ id: 'a' })]);
    expect(folder.living()).toBe(list);
    await a.update({ ...sampleInstance({ id: 'a' }), weight: 9 });
    await take('c');
    await folder.look([space.fileOf({ id: 'a' })]);
    expect(folder.living().map(({ id, weight }) => `${id} ${weight}`)).toEqual(['a 9', 'b 1']);
    await folder.look([space.fileOf({ id: 'c' })]);
    expect(folder.living().map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    await a.release();
    await folder.look([space.fileOf({ id: 'a' }), 'never-there.json']);
    expect(folder.living().map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('does not compare again what was read since the last sweep, and compares all when it is asked for the list', async () => {
    const a = await take('a');
    await living();
    await folder.look([space.fileOf({ id: 'a' })]);
    await a.update({ ...sampleInstance({ id: 'a' }), weight: 2 });
    const weight = () => folder.living().at(0)?.weight;
    await folder.sweep();
    expect(weight()).toBe(1);
    await folder.sweep();
    expect(weight()).toBe(2);
    await folder.look([space.fileOf({ id: 'a' })]);
    await a.update({ ...sampleInstance({ id: 'a' }), weight: 3 });
    await folder.scan();
    expect(weight()).toBe(3);
  });

  it('notices with each sweep who is gone', async () => {
    const a = await take('a');
    await living();
    await folder.look([space.fileOf({ id: 'a' })]);
    await a.release();
    await folder.sweep();
    expect(folder.living()).toEqual([]);
  });

  it('counts a file that is no lease once, though its writing is told twice', async () => {
    await take('a');
    await living();
    await writeFile(path('b.json'), 'no lease');
    await folder.look(['b.json']);
    await folder.look(['b.json']);
    expect(folder.ignored).toBe(1);
    await writeFile(fileOf('a'), 'no lease either');
    await folder.look([space.fileOf({ id: 'a' })]);
    expect(folder.ignored).toBe(2);
    expect(folder.living()).toEqual([]);
  });
});
