import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultDirectory, ensurePrivateDirectory, type Privacy } from './private-directory.js';

const ensure = (directory: string, forbidden: Privacy = 'writing') =>
  ensurePrivateDirectory(directory, forbidden, 'take another');

const describeWithUsers = process.getuid ? describe : describe.skip;

describeWithUsers('a private directory', () => {
  let parent: string;
  beforeEach(async () => (parent = await mkdtemp(join(tmpdir(), 'rookery-private-'))));
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('is made for its owner alone', async () => {
    const path = join(parent, 'a', 'b');
    await ensure(path);
    await ensure(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('is refused when others can write to it', async () => {
    await chmod(parent, 0o777);
    await expect(ensure(parent)).rejects.toMatchObject({
      code: 'UNSAFE_DIRECTORY',
      directory: parent,
      message: expect.stringContaining('does not forbid other users writing. Correct it, or take another.'),
    });
  });

  it('is refused when others can look into it and it is to hold secrets', async () => {
    await chmod(parent, 0o755);
    await ensure(parent, 'writing');
    await expect(ensure(parent, 'any access')).rejects.toThrow('does not forbid other users any access');
  });

  it('is refused when it is a link, although it leads to a directory of the user', async () => {
    const target = join(parent, 'target');
    await mkdir(target, { mode: 0o700 });
    await symlink(target, join(parent, 'link'));
    await expect(ensure(join(parent, 'link'))).rejects.toThrow('is a link');
  });

  it('is refused when it is a file', async () => {
    await writeFile(join(parent, 'file'), '');
    await expect(ensure(join(parent, 'file'))).rejects.toThrow('EEXIST');
  });

  it('is refused when it belongs to somebody else', async () => {
    // The root directory belongs to the superuser; who runs as that finds it writable only by itself.
    const refusal = ensure('/');
    if (process.getuid?.() === 0) await expect(refusal).resolves.toBeUndefined();
    else await expect(refusal).rejects.toThrow('belongs to the user with id 0');
  });

  it('has a name of the user by default', () => {
    expect(defaultDirectory()).toBe(join(tmpdir(), `rookery-${process.getuid?.()}`));
  });
});
