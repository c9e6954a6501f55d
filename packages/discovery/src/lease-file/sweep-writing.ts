import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ifPresent } from '@rookery/common';

/** A file that was being written this long ago belongs to a writer that died. */
const STALE_MS = 60_000;

/**
 * Removes what writers have left behind that died while writing. What cannot be removed is left for the next time.
 *
 * @param now Milliseconds since the epoch.
 */
export async function sweepWriting(directory: string, now: number): Promise<void> {
  const files = (await ifPresent(readdir(directory))) ?? [];
  for (const file of files) {
    const path = join(directory, file);
    const stats = await ifPresent(lstat(path));
    if (stats?.isFile() && now - stats.mtimeMs > STALE_MS) await unlink(path).catch(() => {});
  }
}
