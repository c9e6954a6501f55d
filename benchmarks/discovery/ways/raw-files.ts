import { watch } from 'node:fs';
import { readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceOf, type Way } from './way.ts';

interface Entry {
  readonly instance: { readonly id: string };
}

/** A file for each instance and `fs.watch`, without anything of ours: no expiry, no check, no second look. */
export function rawFiles(directory: string): Way {
  const pathOf = (id: string) => join(directory, `${id}.json`);
  return {
    async join(id) {
      await writeFile(`${pathOf(id)}.tmp`, JSON.stringify({ instance: instanceOf(id) }));
      await rename(`${pathOf(id)}.tmp`, pathOf(id));
    },
    leave: (id) => unlink(pathOf(id)),
    async watch(onChange) {
      const known = await readAll(directory);
      const look = async (file: string) => {
        const entry = await read(directory, file);
        const before = known.get(file);
        if (entry) known.set(file, entry);
        else known.delete(file);
        if (entry && !before) onChange(entry.instance.id, true);
        if (before && !entry) onChange(before.instance.id, false);
      };
      watch(directory, (_event, file) => void (file?.endsWith('.json') && look(file)));
      return known.size;
    },
  };
}

/** Everything in the directory, by the names of the files. */
export async function readAll(directory: string): Promise<Map<string, Entry>> {
  const known = new Map<string, Entry>();
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json'));
  const entries = await Promise.all(files.map((file) => read(directory, file)));
  for (const [n, file] of files.entries()) {
    const entry = entries[n];
    if (entry) known.set(file, entry);
  }
  return known;
}

async function read(directory: string, file: string): Promise<Entry | undefined> {
  const text = await readFile(join(directory, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Entry);
}
