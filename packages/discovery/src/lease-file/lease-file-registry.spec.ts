import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaseFileRegistry } from './lease-file-registry.js';

describe('a lease file registry', () => {
  const itWithUsers = process.getuid ? it : it.skip;
  let parent: string;
  beforeEach(async () => (parent = await mkdtemp(join(tmpdir(), 'rookery-leases-'))));
  afterEach(() => rm(parent, { recursive: true, force: true }));

  itWithUsers('checks its directory, and the one above it, when it opens', async () => {
    await chmod(parent, 0o777);
    await expect(leaseFileRegistry({ directory: parent }).open?.()).rejects.toMatchObject({
      code: 'UNSAFE_DIRECTORY',
    });
    await chmod(parent, 0o700);
    await mkdir(join(parent, 'default'));
    await chmod(join(parent, 'default'), 0o722);
    await expect(leaseFileRegistry({ directory: parent }).open?.()).rejects.toMatchObject({
      code: 'UNSAFE_DIRECTORY',
    });
  });

  it('checks its options', () => {
    expect(() => leaseFileRegistry({ namespace: '../other' })).toThrow(
      'leaseFileRegistry: namespace: Invalid value "../other".',
    );
    expect(() => leaseFileRegistry({ directory: 'leases' })).toThrow(
      'leaseFileRegistry: directory: Invalid value "leases". Use an absolute path',
    );
  });

  it.each(['', 'below'])('names its option when the directory is a file: %p', async (below) => {
    const file = join(parent, 'file');
    await writeFile(file, '');
    await expect(leaseFileRegistry({ directory: join(file, below) }).open?.()).rejects.toThrow(
      `leaseFileRegistry: directory: ${join(file, below)} cannot be a directory: `,
    );
  });
});
