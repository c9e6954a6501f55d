import { dirname, join } from 'node:path';
import { defaultDirectory, ensurePrivateDirectory } from '@rookery/common';

/** The file that processes of one user on one host share without being told. */
export function defaultFile(namespace: string): string {
  return join(defaultDirectory(), namespace, 'events.db');
}

/** Creates and checks the directories of a default file: it lies where everybody may create any name. */
export async function ensureDefaultDirectories(file: string): Promise<void> {
  for (const directory of [dirname(dirname(file)), dirname(file)]) {
    await ensurePrivateDirectory(directory, 'any access', 'name another file in sqliteBroker({ file })');
  }
}
