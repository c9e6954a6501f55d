import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isRookeryError } from '@rookery/common';
import { ensureDefaultDirectories } from './default-file.js';
import { EventFileError } from './event-file.error.js';
import { migrate } from './schema.js';
import { type SqliteSettings } from './sqlite-options.js';

/** How long opening waits for another process that migrates or recovers, in milliseconds. */
const OPEN_TIMEOUT_MS = 5_000;
/**
 * How long a statement waits for a lock before the committer takes over. SQLite's waiting blocks the whole process,
 * so it is kept to what a healthy writer needs; a stopped writer is waited for with timers.
 */
const BUSY_TIMEOUT_MS = 20;
/** The write-ahead log is cut back to this size, in bytes, after it was larger. */
const WAL_LIMIT = 64 * 1024 * 1024;

/** Opens the database, creating and migrating it as needed. */
export async function openDatabase(settings: SqliteSettings): Promise<DatabaseSync> {
  const { file, isDefaultFile } = settings;
  if (isDefaultFile) await ensureDefaultDirectories(file);
  try {
    if (!isDefaultFile) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    return open(settings);
  } catch (error) {
    throw isRookeryError(error) ? error : new EventFileError(file, error);
  }
}

function open({ file, synchronous }: SqliteSettings): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
    db.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT}`);
    migrate(db, file);
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
