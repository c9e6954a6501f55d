import { lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { ifPresent, systemCode } from '@rookery/common';
import { MAX_LEASE_BYTES, type LeaseRecord, parseLease, sameWriting } from './lease-record.js';
import { TEMPORARY_SUFFIX } from './file-names.js';

/** Windows refuses to replace a file while somebody has it open; that takes no longer than a reading. */
const RENAME_TRIES = 5;
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);

let written = 0;

/** Writes the record so that a reader sees either the old file or the whole new one. */
export async function writeLease(path: string, record: LeaseRecord): Promise<void> {
  const temporary = `${path}.${process.pid}-${(written += 1)}${TEMPORARY_SUFFIX}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(record));
    } finally {
      await file.close();
    }
    await replace(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function replace(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (tries === RENAME_TRIES || !BUSY.has(systemCode(error) ?? '')) throw error;
    }
  }
}

/** The record in a file; `undefined` when there is no file, or none that is a lease. */
export async function readLease(path: string): Promise<LeaseRecord | undefined> {
  const found = await ifPresent(lstat(path));
  // A link may lead anywhere and opening a pipe would hang; both are none of ours.
  if (!found?.isFile() || found.size > MAX_LEASE_BYTES) return undefined;
  const file = await ifPresent(open(path, 'r'));
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_LEASE_BYTES), 0, MAX_LEASE_BYTES, 0);
    return parseLease(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

/**
 * Removes the file of a dead lease, unless it has been written since. An owner who writes between the look and the
 * removal puts the file back when it next looks for it. Returns whether the file was removed.
 */
export async function removeLease(path: string, expected: LeaseRecord): Promise<boolean> {
  const found = await readLease(path);
  if (!found || !sameWriting(found, expected)) return false;
  const removed = await ifPresent(unlink(path).then(() => true));
  return removed ?? false;
}
