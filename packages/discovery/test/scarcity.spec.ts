import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';

// Ten thousand files are written one after the other.
jest.setTimeout(120_000);

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url));

/** Whether this user may have a namespace of its own, in which limits and disks can be changed without touching the host's. */
function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const inNamespace = hasNamespaces() ? it : it.skip;
const inShell = process.platform === 'win32' ? it.skip : it;

describe('lease files where something is short', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'rookery-short-'))));
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** Runs a fixture after some shell commands, as a process of its own, and returns what it printed. */
  const run = async (name: string, before: string, ...through: string[]): Promise<unknown> => {
    const line = `${before} && exec "$0" --no-warnings "$1" "$2"`;
    const [program, ...args] = [...through, 'sh', '-c', line];
    const { stdout } = await promisify(execFile)(program, [
      ...args,
      process.execPath,
      fixture(name),
      directory,
    ]);
    return JSON.parse(stdout);
  };

  inNamespace(
    'keep everybody on a full disk, as they were when there is no room for more, but take nobody new',
    async () => {
      const disk = 'mount -t tmpfs -o size=64k,mode=700 none "$2"';
      expect(await run('full-disk', disk, 'unshare', '--user', '--map-root-user', '--mount')).toEqual({
        refused: 'ENOSPC',
        freeBlocks: 0,
        lists: Array.from({ length: 10 }, () => 'users-1'),
        // The tenth beat counts to a number of two digits.
        grown: 1,
        update: 'ENOSPC',
        metadata: { build: '7' },
        newcomer: 'ENOSPC',
      });
    },
  );

  inNamespace.each([
    ['watches', 'ENOSPC'],
    ['instances', 'EMFILE'],
  ])('see every change without the notices of the system, for want of %s', async (limit, code) => {
    const none = `echo 0 > /proc/sys/user/max_inotify_${limit}`;
    const found = await run('unwatched', none, 'unshare', '--user', '--map-root-user');
    expect(found).toEqual({
      seen: ['', 'comes', 'comes stays', 'stays'],
      // Tried again with every look, told once.
      warnings: [
        {
          name: 'LeaseFileWarning',
          code: 'LEASES_NOT_WATCHED',
          message: expect.stringContaining(`(${code}). Changes are seen within a second instead of at once.`),
        },
      ],
      watchFailures: expect.any(Number),
      left: 0,
    });
    expect((found as { watchFailures: number }).watchFailures).toBeGreaterThan(1);
  });

  inShell(
    'say so when no more files may be open, instead of listing only some, and find all of them after',
    async () => {
      expect(await run('few-descriptors', 'ulimit -n 512')).toEqual([1, 'EMFILE', 21]);
    },
  );

  inShell('find 10,000 instances with 512 files that may be open', async () => {
    expect(await run('many-leases', 'ulimit -n 512')).toEqual({
      listed: 10_000,
      removed: 0,
    });
  });
});
