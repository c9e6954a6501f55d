import { mkdtemp, readdir, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleInstance } from '../testing/sample-instance.js';
import { type LeaseRecord } from './lease-record.js';
import { readLease, removeLease } from './read-lease.js';
import { writeLease, type WritingPlace } from './write-lease.js';

const owner = { realm: 'here', pid: 1, started: '1' };
const record: LeaseRecord = {
  v: 1,
  token: 't',
  seq: 1,
  ttlMs: 1_000,
  renewedAt: 5,
  owner,
  instance: sampleInstance(),
};

describe('a lease file', () => {
  let directory: string;
  let path: string;
  let place: WritingPlace;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-lease-'));
    path = join(directory, 'a.json');
    place = { writing: directory, prepare: () => Promise.resolve() };
    await writeLease(path, record, place);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('says what was written to it last, and leaves nothing else behind', async () => {
    await writeLease(path, { ...record, seq: 2 }, place);
    expect(await readLease(path)).toEqual({ ...record, seq: 2 });
    expect(await readdir(directory)).toEqual(['a.json']);
  });

  it('is nothing where there is none', async () => {
    expect(await readLease(join(directory, 'b.json'))).toBeUndefined();
  });

  it('is removed as it was seen', async () => {
    expect(await removeLease(path, record)).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each<[string, Partial<LeaseRecord>]>([
    ['renewed', { seq: 2 }],
    ['taken', { token: 'other' }],
  ])('stays when it was %s since it was seen', async (_how, change) => {
    await writeLease(path, { ...record, ...change }, place);
    expect(await removeLease(path, record)).toBe(false);
    expect(await readLease(path)).toEqual({ ...record, ...change });
  });

  it('may be gone before it is removed, and is removed by one of many', async () => {
    const removals = await Promise.all(Array.from({ length: 20 }, () => removeLease(path, record)));
    expect(removals.filter(Boolean)).toHaveLength(1);
    expect(await removeLease(path, record)).toBe(false);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    await unlink(path);
    const huge = { ...record, toJSON: () => ({ seq: 1n }) };
    await expect(writeLease(path, huge, place)).rejects.toThrow('BigInt');
    await expect(writeLease(join(directory, 'no', 'a.json'), record, place)).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(await readdir(directory)).toEqual([]);
  });
});
