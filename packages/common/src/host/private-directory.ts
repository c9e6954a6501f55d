import { type Stats } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { UnsafeDirectoryError } from '../errors/unsafe-directory.error.js';

/** What other users may not do with a directory: write to it, or as little as look into it. */
export type Privacy = 'writing' | 'any access';

const OWNER_ONLY = 0o700;
const FORBIDDEN: Record<Privacy, number> = { writing: 0o022, 'any access': 0o077 };

/** Where the embedded engines keep their files when no place is named: a directory of this user's own. */
export function defaultDirectory(): string {
  return join(tmpdir(), `rookery-${process.getuid?.() ?? encodeURIComponent(userInfo().username)}`);
}

/**
 * Makes sure that the directory exists and is this user's own, or throws an `UnsafeDirectoryError` with the advice:
 * temporary directories are shared, and whoever makes a name there first owns it. Parents are made as well, and are
 * not looked at.
 *
 * @param forbidden What others must not be allowed.
 */
export async function ensurePrivateDirectory(
  directory: string,
  forbidden: Privacy,
  advice: string,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: OWNER_ONLY });
  const reason = whatIsWrong(await lstat(directory), forbidden);
  if (reason) throw new UnsafeDirectoryError(directory, reason, advice);
}

function whatIsWrong(found: Stats, forbidden: Privacy): string | undefined {
  if (found.isSymbolicLink()) return 'is a link';
  if (!found.isDirectory()) return 'is not a directory';
  const user = process.getuid?.();
  // Without user ids, as on Windows, the temporary directory is the user's own.
  if (user === undefined) return undefined;
  if (found.uid !== user) return `belongs to the user with id ${found.uid}`;
  return (found.mode & FORBIDDEN[forbidden]) === 0 ? undefined : `does not forbid other users ${forbidden}`;
}
