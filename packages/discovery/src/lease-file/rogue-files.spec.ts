import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '../testing/sample-instance.js';
import { type HeldLease, takeLease } from './held-lease.js';
import { LeaseFolder } from './lease-folder.js';
import { LeaseSpace } from './lease-space.js';

const TTL = 30_000;
const NOBODY = 65_534;
const onPosix = process.platform === 'win32' ? it.skip : it;
const asSuperuser = process.getuid?.() === 0 ? it : it.skip;

type Json = Record<string, unknown>;

describe('files that somebody has put among the leases', () => {
  let directory: string;
  let clock: VirtualClock;
  let space: LeaseSpace;
  let folder: LeaseFolder;
  let warn: ReturnType<typeof spyOnWarnings>;
  const leases: HeldLease[] = [];
  const spyOnWarnings = () => jest.spyOn(process, 'emitWarning').mockImplementation(() => {});

  beforeEach(async () => {
    warn = spyOnWarnings();
    directory = await mkdtemp(join(tmpdir(), 'rookery-rogue-'));
    clock = new VirtualClock(Date.now());
    space = new LeaseSpace(join(directory, 'default'), clock, seededRandom(1));
    folder = new LeaseFolder(space, space.folderOf('users'));
    await take('good');
  });

  afterEach(async () => {
    await Promise.all(leases.splice(0).map((lease) => lease.release()));
    await rm(directory, { recursive: true, force: true });
    warn.mockRestore();
  });

  const take = async (id: string) => void leases.push(await takeLease(space, sampleInstance({ id }), TTL));
  const path = (file = '') => space.pathOf(folder.name, file);
  const fileOf = (id: string) => path(space.fileOf({ id }));
  const living = async () => {
    await folder.scan();
    await folder.probe();
    return folder.living().map(({ id }) => id);
  };
  /** Writes what a lease of `id` would be, with the text changed. */
  const plant = async (id: string, change: (text: string) => string | Uint8Array = (text) => text) => {
    const record = JSON.parse(await readFile(fileOf('good'), 'utf8')) as Json;
    const instance = { ...(record['instance'] as Json), id };
    await writeFile(fileOf(id), change(JSON.stringify({ ...record, instance })));
  };
  const ignoredOnce = async () => {
    expect(await living()).toEqual(['good']);
    expect(await living()).toEqual(['good']);
    expect(folder.ignored).toBe(1);
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('is no lease that this version can read'), expect.anything()],
    ]);
  };

  it('are leases when they are what a lease is', async () => {
    await plant('planted');
    expect(await living()).toEqual(['good', 'planted']);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each<[string, (text: string) => string | Uint8Array]>([
    ['only zeros, as after a power failure', (text) => Buffer.alloc(text.length)],
    ['cut in the middle of a word', (text) => text.slice(0, text.indexOf('127.0') + 2)],
    ['a lease and then something', (text) => `${text}{}`],
    ['no UTF-8 in a text', (text) => Buffer.from(text.replace('0.0.0', '0.0.\xff'), 'latin1')],
    ['of a later format', (text) => text.replace('"v":1', '"v":2')],
    ['of the format "1"', (text) => text.replace('"v":1', '"v":"1"')],
    ['nested 60,000 times', () => '['.repeat(60_000)],
    ['larger than 64 KiB, and right otherwise', (text) => text.padEnd(65_537)],
    ['with a port beyond all numbers', (text) => text.replace('"port":3000', '"port":1e999')],
    ['with a weight beyond all numbers', (text) => text.replace('"weight":1', '"weight":1e999')],
    ['with a weight of nothing', (text) => text.replace('"weight":1', '"weight":0')],
    ['with a weight below nothing', (text) => text.replace('"weight":1', '"weight":-1')],
    ['with a weight that is no number', (text) => text.replace('"weight":1', '"weight":NaN')],
    ['with a time to live beyond all numbers', (text) => text.replace(`${TTL}`, '1e999')],
    ['with a time to live of years', (text) => text.replace(`${TTL}`, '1e15')],
    ['with a time to live of nothing', (text) => text.replace(`${TTL}`, '0')],
    [
      'renewed at a time beyond all numbers',
      (text) => text.replace(/"renewedAt":[\d.]+/, '"renewedAt":1e308'),
    ],
    ['with a count beyond all numbers', (text) => text.replace('"seq":1', '"seq":1e999')],
    ['with a process below all numbers', (text) => text.replace(/"pid":\d+/, '"pid":-1')],
    ['with a process that is a path', (text) => text.replace(/"pid":\d+/, '"pid":"../1"')],
    ['with a prototype', (text) => text.replace('{"v"', '{"__proto__":{"polluted":"yes"},"v"')],
    ['of an instance with a prototype', (text) => text.replace('{"id"', '{"__proto__":{"zone":"x"},"id"')],
    [
      'with metadata that is no text',
      (text) => text.replace('"metadata":{}', '"metadata":{"__proto__":{"a":"b"}}'),
    ],
    ['with metadata that is a list', (text) => text.replace('"metadata":{}', '"metadata":["a"]')],
    [
      'with too much metadata',
      (text) => text.replace('"metadata":{}', `"metadata":{"a":"${'b'.repeat(4_096)}"}`),
    ],
    ['at a host with a path', (text) => text.replace('127.0.0.1', 'users/../../admin')],
    ['at a host with credentials', (text) => text.replace('127.0.0.1', 'users@example.org')],
    ['with a status of its own', (text) => text.replace('"up"', '"down"')],
    ['of another service', (text) => text.replace('"service":"users"', '"service":"orders"')],
    ['under an id that leads out', (text) => text.replace('"id":"bad"', '"id":"../../bad"')],
    ['under the id of another', (text) => text.replace('"id":"bad"', '"id":"good"')],
    ['under an id with a control character', (text) => text.replace('"id":"bad"', '"id":"bad\\u001b"')],
  ])('are ignored, counted and told once when one is %s', async (_kind, change) => {
    await plant('bad', (text) => {
      const changed = change(text);
      expect(changed).not.toBe(text);
      return changed;
    });
    await ignoredOnce();
    expect(({} as Json)['polluted']).toBeUndefined();
  });

  onPosix.each<[string, (file: string) => unknown]>([
    ['a directory', (file) => mkdir(file)],
    ['a pipe, which nobody writes to', (file) => execFileSync('mkfifo', [file])],
    ['a link to a device that never ends', (file) => symlink('/dev/zero', file)],
    ['a link to itself', (file) => symlink(file, file)],
    ['a link to nothing', (file) => symlink('/nothing/here', file)],
    ['a link to a lease', (file) => symlink(fileOf('good'), file)],
  ])('are ignored, counted and told once when one is %s', async (_kind, make) => {
    await make(fileOf('bad'));
    await ignoredOnce();
  });

  onPosix('are ignored, counted and told once when one is a socket', async () => {
    const server = createServer();
    // Made where its path is short, because the system allows it about a hundred characters.
    const socket = join(directory, 's');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    await rename(socket, fileOf('bad'));
    await ignoredOnce();
    await new Promise((resolve) => server.close(resolve));
  });

  asSuperuser('are ignored, counted and told once when one is a device', async () => {
    execFileSync('mknod', [fileOf('bad'), 'c', '1', '5']);
    await ignoredOnce();
  });

  asSuperuser('are ignored, counted and told once when one belongs to another user', async () => {
    await plant('bad');
    await chown(fileOf('bad'), NOBODY, NOBODY);
    await ignoredOnce();
  });

  asSuperuser('are ignored, counted and told once when one may not be read', async () => {
    await plant('bad');
    await chmod(fileOf('bad'), 0);
    await withoutPower(ignoredOnce);
  });

  asSuperuser.each<[string, (text: string) => string]>([
    ['whose process has ended', (text) => text.replace(/"pid":\d+/, `"pid":${2 ** 30}`)],
    [
      'from elsewhere, of long ago',
      (text) =>
        text.replace(/"realm":"[^"]*"/, '"realm":"far"').replace(/"renewedAt":[\d.]+/, '"renewedAt":0'),
    ],
  ])('may be one that is not removable, %s, which changes nothing for the living', async (_which, change) => {
    await plant('dead', change);
    await withoutPower(async () => {
      expect(await living()).toEqual(['good']);
      await clock.advance(6 * TTL);
      expect(await living()).toEqual(['good']);
    });
    expect(await readdir(path())).toHaveLength(2);
    expect(await living()).toEqual(['good']);
    expect(await readdir(path())).toHaveLength(1);
  });

  it('are counted again when they are written again, and told no more', async () => {
    await plant('bad', () => 'garbage');
    await ignoredOnce();
    await plant('bad', () => 'more garbage');
    await plant('worse', () => 'garbage');
    expect(await living()).toEqual(['good']);
    expect(folder.ignored).toBe(3);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('are told without the control characters of their names', async () => {
    await writeFile(path('a\u001b[2Jb.json'), '');
    await living();
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('a\\u001b[2Jb.json'), { type: 'LeaseFileWarning', code: 'LEASE_IGNORED' }],
    ]);
  });

  it('are never half of a lease while one grows', async () => {
    const stop = new AbortController();
    const grow = (async () => {
      while (!stop.signal.aborted) await appendFile(fileOf('bad'), '[');
    })();
    for (let looks = 0; looks < 50; looks += 1) expect(await living()).toEqual(['good']);
    stop.abort();
    await grow;
    expect(folder.ignored).toBeGreaterThan(0);
  });

  it('are not taken for leases that go while they are read', async () => {
    const stop = new AbortController();
    const comeAndGo = async (id: string) => {
      while (!stop.signal.aborted) await (await takeLease(space, sampleInstance({ id }), TTL)).release();
    };
    const busy = Promise.all(['a', 'b', 'c'].map(comeAndGo));
    for (let looks = 0; looks < 100; looks += 1) expect(await living()).toContain('good');
    stop.abort();
    await busy;
    expect(folder.ignored).toBe(0);
    expect(warn).not.toHaveBeenCalled();
  });

  it('may look like one that is being written, and be none', async () => {
    const rogue = join(space.writing, 'a.json');
    await mkdir(rogue);
    await utimes(rogue, 0, 0);
    expect(await living()).toEqual(['good']);
    expect(await readdir(space.writing)).toEqual(['a.json']);
    expect(folder.ignored).toBe(0);
  });

  /** Does something as a user who owns nothing, may read the leases, and may not write. */
  async function withoutPower(work: () => Promise<unknown>): Promise<void> {
    await Promise.all([chmod(directory, 0o755), chmod(space.root, 0o755), chmod(path(), 0o755)]);
    await chmod(fileOf('good'), 0o644);
    process.seteuid?.(NOBODY);
    try {
      await work();
    } finally {
      process.seteuid?.(0);
    }
  }
});
