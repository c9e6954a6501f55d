import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ifPresent, systemCode } from '@rookery/common';
import { type LeaseRecord } from './lease-record.js';
import { isOwnFile } from './read-lease.js';

/** Windows refuses to replace a file while somebody has it open; that takes no longer than a reading. */
const RENAME_TRIES = 5;
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** The disk, or what the user may have of it, is full. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Who has watched an empty directory removes it in the end, which may be just now, and again. */
const DIRECTORY_TRIES = 10;

let written = 0;

/** The directories that a lease goes through. */
export interface WritingPlace {
  /**
   * Where it is written before it is put in its place, on the same disk: who watches the place is told of one change and
   * not of each step.
   */
  readonly writing: string;
  /** Makes both directories where they are not there. */
  readonly prepare: () => Promise<void>;
}

/**
 * Writes the record so that a reader sees either the old file or the whole new one. On a full disk the old file is
 * written over instead, because its space is there: a lease must not run out while its owner lives.
 */
export async function writeLease(path: string, record: LeaseRecord, place: WritingPlace): Promise<void> {
  const content = JSON.stringify(record);
  try {
    await writeAnew(path, content, place);
  } catch (error) {
    if (!FULL.has(systemCode(error) ?? '') || !(await writeOver(path, content))) throw error;
  }
}

async function writeAnew(path: string, content: string, { writing, prepare }: WritingPlace): Promise<void> {
  const temporary = join(writing, `${basename(path)}.${process.pid}-${(written += 1)}`);
  try {
    const file = await inDirectory(prepare, () => open(temporary, 'wx', 0o600));
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await inDirectory(prepare, () => replace(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Does the work, and again when a directory was not there, which is made then. */
async function inDirectory<T>(prepare: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === DIRECTORY_TRIES || systemCode(error) !== 'ENOENT') throw error;
    }
    await prepare();
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

/** Returns whether there was a file to write over. */
async function writeOver(path: string, content: string): Promise<boolean> {
  if (!isOwnFile(await ifPresent(lstat(path)))) return false;
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const text = Buffer.from(content);
    // Room is made first, of blanks, which mean nothing to a reader: where there is none, the old text is still whole.
    await writeAll(file, Buffer.alloc(Math.max(0, text.length - size), ' '), size);
    // One write, with blanks over what is left of the old text: cutting it off would be a second step to read between.
    await writeAll(file, Buffer.concat([text, Buffer.alloc(Math.max(0, size - text.length), ' ')]), 0);
  } finally {
    await file.close();
  }
  return true;
}

/** The system may write less at a time than it is given, on a full disk above all. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
