import { stat } from 'node:fs/promises';
import { ifPresent } from '@rookery/common';

/**
 * Tells a file from another one at the same path; `undefined` when there is none. SQLite goes on writing to a file that
 * was removed, where nobody else would ever read it.
 */
export async function fileIdentity(file: string): Promise<string | undefined> {
  const found = await ifPresent(stat(file));
  return found && `${found.dev}:${found.ino}`;
}
