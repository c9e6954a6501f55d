import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaseFileRegistry } from './lease-file-registry.js';
import { defaultDirectory, ensurePrivateDirectory } from './private-directory.js';

const describeWithUsers = process.getuid ? describe : describe.skip;

describeWithUsers('a private directory', () => {
  let parent: string;
  beforeEach(async () => (parent = await mkdtemp(join(tmpdir(), 'rookery-private-'))));
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('is made for its owner alone', async () => {
    const path = join(parent, 'a', 'b');
    await ensurePrivateDirectory(path);
    await ensurePrivateDirectory(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('is refused when others can write to it', async () => {
    await chmod(parent, 0o777);
    await expect(ensurePrivateDirectory(parent)).rejects.toMatchObject({
      code: 'UNSAFE_DIRECTORY',
      directory: parent,
      message: expect.stringContaining(
        'can be written to by other users. Remove it, or give leaseFileRegistry',
      ),
    });
  });

  it('is refused when it is a link, although it leads to a directory of the user', async () => {
    const target = join(parent, 'target');
    await mkdir(target, { mode: 0o700 });
    await symlink(target, join(parent, 'link'));
    await expect(ensurePrivateDirectory(join(parent, 'link'))).rejects.toThrow('is a link');
  });

  it('is refused when it is a file', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(ensurePrivateDirectory(join(parent, 'file'))).rejects.toThrow('EEXIST');
  });

  it('is refused when it belongs to somebody else', async () => {
    // The root directory belongs to the superuser; who runs as that finds it writable only by itself.
    const refusal = ensurePrivateDirectory('/');
    if (process.getuid?.() === 0) await expect(refusal).resolves.toBeUndefined();
    else await expect(refusal).rejects.toThrow('belongs to the user with id 0');
  });

  it('is checked, with the directory above it, when a registry opens', async () => {
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

  it('has a name of the user by default', () => {
    expect(defaultDirectory()).toBe(join(tmpdir(), `rookery-${process.getuid?.()}`));
  });

  it('has options that are checked', () => {
    expect(() => leaseFileRegistry({ namespace: '../other' })).toThrow(
      'leaseFileRegistry: namespace: Invalid value "../other".',
    );
  });
});
