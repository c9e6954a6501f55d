import { type DatabaseSync } from 'node:sqlite';
import { NewerSchemaError } from './newer-schema.error.js';

/**
 * Each entry brings the schema one version further; entries are only ever added. `PRAGMA user_version` says how many
 * a file has.
 *
 * - `log`: every event, in commit order, because SQLite has one writer at a time.
 * - `delivery`: an event on its way to one consumer. `due` says when it may be claimed: 0 is at once and in order, a
 *   time is the end of a pause or of a lease. `owner` and `attempts` together fence off a late holder of a lease.
 * - `node`: the processes that hold leases, so that those of dead ones can be released.
 * - `setting.consumers` is drawn anew with every change to `consumer`, so that publishers know when to look again; a
 *   counter could come to the same value twice when a change is rolled back.
 */
const MIGRATIONS = [
  `CREATE TABLE log (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     source TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, key TEXT, body TEXT NOT NULL,
     at INTEGER NOT NULL,
     UNIQUE (source, id)
   ) STRICT;
   CREATE TABLE consumer (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     name TEXT NOT NULL UNIQUE, grp TEXT NOT NULL, handler TEXT NOT NULL,
     patterns TEXT NOT NULL, seen INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE delivery (
     consumer INTEGER NOT NULL, seq INTEGER NOT NULL,
     due INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,
     owner TEXT, first_failed INTEGER,
     PRIMARY KEY (consumer, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX delivery_due ON delivery (consumer, due, seq);
   CREATE TABLE dead_letter (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     consumer TEXT NOT NULL, grp TEXT NOT NULL, handler TEXT NOT NULL, seq INTEGER NOT NULL,
     attempts INTEGER NOT NULL, first_failed INTEGER NOT NULL, last_failed INTEGER NOT NULL,
     failure TEXT NOT NULL
   ) STRICT;
   CREATE INDEX dead_letter_seq ON dead_letter (seq);
   CREATE INDEX dead_letter_consumer ON dead_letter (consumer);
   CREATE TABLE node (
     id TEXT PRIMARY KEY, realm TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL, seen INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO setting VALUES ('consumers', 0);`,
] as const;

/** Brings the database to the version of this code. Several processes may do so at once. */
export function migrate(db: DatabaseSync, file: string): void {
  if (versionOf(db) === MIGRATIONS.length) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    const version = versionOf(db);
    if (version > MIGRATIONS.length) throw new NewerSchemaError(file, version, MIGRATIONS.length);
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
}
