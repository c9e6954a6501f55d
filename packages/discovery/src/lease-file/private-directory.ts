import { type Stats } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { UnsafeDirectoryError } from '../errors/unsafe-directory.error.js';
import { fileNameFor } from './file-names.js';

const OWNER_ONLY = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/** Where leases are kept when no directory is given: a directory of this user's own among the temporary files. */
export function defaultDirectory(): string {
  return join(tmpdir(), `rookery-${process.getuid?.() ?? fileNameFor(userInfo().username)}`);
}

/**
 * Makes sure that the directory exists and that nobody else can write to it: temporary directories are shared, and
 * whoever makes a name there first owns it. Parents are made as well, and are not looked at.
 */
export async function ensurePrivateDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: OWNER_ONLY });
  const found = await lstat(directory);
  const reason = whatIsWrong(found);
  if (reason) throw new UnsafeDirectoryError(directory, reason);
}

function whatIsWrong(found: Stats): string | undefined {
  if (found.isSymbolicLink()) return 'is a link';
  if (!found.isDirectory()) return 'is not a directory';
  const user = process.getuid?.();
  // Without user ids, as on Windows, the temporary directory is the user's own.
  if (user === undefined) return undefined;
  if (found.uid !== user) return `belongs to the user with id ${found.uid}`;
  return (found.mode & WRITABLE_BY_OTHERS) === 0 ? undefined : 'can be written to by other users';
}
