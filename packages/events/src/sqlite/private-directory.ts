import { lstatSync, mkdirSync } from 'node:fs';
import { UnsafeFileError } from './unsafe-file.error.js';

/**
 * Creates the directory for its owner alone. One that exists must be a real directory, belong to this user and be
 * closed to all others, or somebody could have put it there to read our events and feed us theirs.
 */
export function ensurePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const uid = process.getuid?.();
  // Windows has neither owners nor modes of this kind; its temporary directory is the user's own.
  if (uid === undefined) return;
  const found = lstatSync(directory);
  if (!found.isDirectory()) throw new UnsafeFileError(directory, 'it is not a directory');
  if (found.uid !== uid) throw new UnsafeFileError(directory, 'it belongs to another user');
  if (found.mode & 0o077) throw new UnsafeFileError(directory, 'other users may enter it');
}
