import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { ifPresent, systemCode } from '@rookery/common';
import { type LeaseRecord, MAX_LEASE_BYTES, parseLease, sameWriting } from './lease-record.js';

/**
 * What was a file a moment ago may be a link or a pipe by now: the one is not followed, the other not waited for. Windows
 * knows neither flag; what is not defined counts as 0 here.
 */
const CAREFULLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const CAN_REFUSE_LINKS = constants.O_NOFOLLOW !== undefined;

/** The process or the system is short of something, which says nothing about the file. */
const EXHAUSTED = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** What was found in a file. */
export interface FoundLease {
  /** What the system says of the very file that was read; unset when it could not be opened. */
  readonly stats?: Stats;
  /** Unset when it is no lease. */
  readonly record?: LeaseRecord | undefined;
}

/** The record in a file; `undefined` when there is no file, or none that is a lease. */
export async function readLease(path: string): Promise<LeaseRecord | undefined> {
  return (await look(path))?.record;
}

/**
 * Like `readLease`, for a file that anybody may have put there: one that cannot be read is no lease either. `undefined`
 * when there is no file.
 */
export async function readFoundLease(path: string): Promise<FoundLease | undefined> {
  try {
    return await look(path);
  } catch (error) {
    if (EXHAUSTED.has(systemCode(error) ?? '')) throw error;
    return {};
  }
}

/**
 * Opens, reads and closes without leaving the thread. What was just written by a process of this host is in its memory, so that
 * takes a few microseconds; by way of the thread pool it takes four turns, whose CPU time is most of what a client of a
 * thousand instances spends on their beats.
 */
async function look(path: string): Promise<FoundLease | undefined> {
  // Where a link would be followed it is looked for first; elsewhere opening tells as much, and every beat is read.
  if (!CAN_REFUSE_LINKS && !isOwnFile(await ifPresent(lstat(path)))) return undefined;
  const file = await ifPresent(opened(path));
  if (file === undefined) return undefined;
  try {
    const stats = fstatSync(file);
    const content = isOwnFile(stats) ? readText(file, stats.size) : undefined;
    return { stats, record: content === undefined ? undefined : parseLease(content) };
  } finally {
    closeSync(file);
  }
}

async function opened(path: string): Promise<number> {
  return openSync(path, CAREFULLY);
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

/** A file of this user's: a link may lead anywhere, opening a pipe would hang, and nobody else has to write here. */
export function isOwnFile(found: Stats | undefined): found is Stats {
  return found !== undefined && found.isFile() && found.uid === (process.getuid?.() ?? found.uid);
}

/** All that is in the file; `undefined` when that is too much, grows while it is read, or is no text. */
function readText(file: number, size: number): string | undefined {
  if (size > MAX_LEASE_BYTES) return undefined;
  const buffer = Buffer.alloc(size + 1);
  const bytesRead = readSync(file, buffer, 0, size + 1, 0);
  const text = buffer.subarray(0, size);
  return bytesRead === size && isUtf8(text) ? text.toString() : undefined;
}
