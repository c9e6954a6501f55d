import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { ensurePrivateDirectory } from './private-directory.js';

/** The file that processes of one user on one host share without being told. */
export function defaultFile(namespace: string): string {
  return join(tmpdir(), `rookery-${userInfo().uid}`, namespace, 'events.db');
}

/** Creates and checks the directories of a default file: it lies where everybody may create any name. */
export function ensureDefaultDirectories(file: string): void {
  ensurePrivateDirectory(dirname(dirname(file)));
  ensurePrivateDirectory(dirname(file));
}
