import { type PostgresLink } from '../connection/postgres-link.js';
import { PostgresSchemaError } from '../errors/postgres-schema.error.js';
import { PostgresServerError } from '../errors/postgres-server.error.js';

/**
 * Each entry brings the schema one version further; entries are only ever added. `setting.version` says how many a database has.
 *
 * - `log`: every event. The order of `seq` is not that of the commits, so nobody reads it by a position.
 * - `consumer`: `pattern` is a regular expression for all of `patterns`.
 * - `delivery`: an event on its way to one consumer. `due` says when it may be claimed: 0 is at once and in order, a time is
 *   the end of a pause or of a lease. `owner` and `attempts` together fence off a late holder of a lease.
 * - `node`: the processes that hold leases. Each holds the advisory lock `lock` for as long as it is connected.
 */
const MIGRATIONS = [
  (schema: string) => `
    CREATE TABLE ${schema}.log (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      source text NOT NULL, id text NOT NULL, type text NOT NULL, key text, body text NOT NULL,
      at bigint NOT NULL,
      UNIQUE (source, id)
    );
    CREATE TABLE ${schema}.consumer (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL UNIQUE, grp text NOT NULL, handler text NOT NULL,
      patterns text NOT NULL, pattern text NOT NULL, seen bigint NOT NULL
    );
    CREATE TABLE ${schema}.delivery (
      consumer integer NOT NULL, seq bigint NOT NULL,
      due bigint NOT NULL DEFAULT 0, attempts integer NOT NULL DEFAULT 0,
      owner text, first_failed bigint,
      PRIMARY KEY (consumer, seq)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
    CREATE INDEX delivery_due ON ${schema}.delivery (consumer, due, seq);
    CREATE INDEX delivery_seq ON ${schema}.delivery (seq);
    CREATE INDEX delivery_owner ON ${schema}.delivery (owner) WHERE owner IS NOT NULL;
    CREATE TABLE ${schema}.dead_letter (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      consumer text NOT NULL, grp text NOT NULL, handler text NOT NULL, seq bigint NOT NULL,
      attempts integer NOT NULL, first_failed bigint NOT NULL, last_failed bigint NOT NULL,
      failure text NOT NULL
    );
    CREATE INDEX dead_letter_seq ON ${schema}.dead_letter (seq);
    CREATE INDEX dead_letter_consumer ON ${schema}.dead_letter (consumer);
    CREATE INDEX dead_letter_age ON ${schema}.dead_letter (last_failed, seq);
    CREATE TABLE ${schema}.node (id text PRIMARY KEY, lock integer NOT NULL, seen bigint NOT NULL);`,
] as const;

/** Of the lock that one process holds while it brings the schema to its version; any number that is always the same. */
const MIGRATION_LOCK = 1_919_905_643;

/** The oldest server that has everything that is used: materialized parts of a statement. */
const OLDEST_SERVER = 120_000;

/** Brings the database to the version of this code. Several processes may do so at once. */
export async function migrate(link: PostgresLink, schema: string): Promise<void> {
  await refuseOldServer(link);
  const quoted = `"${schema}"`;
  const table = `${quoted}.setting`;
  await link.script(`
    BEGIN;
    SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext('${schema}'));
    ${createSchema(schema)}
    CREATE TABLE IF NOT EXISTS ${table} (name text PRIMARY KEY, value bigint NOT NULL);
    ${MIGRATIONS.map((step, version) => unlessDone(table, version, step(quoted))).join('\n')}
    COMMIT;`);
  const version = { name: 'version', text: `SELECT value::int FROM ${table} WHERE name = 'version'` };
  const [{ value } = { value: 0 }] = await link.rows<{ value: number }>(version, []);
  if (value > MIGRATIONS.length) throw new PostgresSchemaError(link.server, schema, value, MIGRATIONS.length);
}

async function refuseOldServer(link: PostgresLink): Promise<void> {
  const asked = { name: 'server', text: "SELECT current_setting('server_version_num')::int AS version" };
  const [{ version } = { version: 0 }] = await link.rows<{ version: number }>(asked, []);
  if (version < OLDEST_SERVER) throw new PostgresServerError(link.server, Math.floor(version / 10_000));
}

/** Even `IF NOT EXISTS` asks for a right that whoever was given the schema need not have. */
function createSchema(schema: string): string {
  return `DO $do$ BEGIN
    IF to_regnamespace('"${schema}"') IS NULL THEN CREATE SCHEMA "${schema}"; END IF;
  END $do$;`;
}

function unlessDone(table: string, version: number, step: string): string {
  return `DO $do$ BEGIN
    IF coalesce((SELECT value FROM ${table} WHERE name = 'version'), 0) <= ${version} THEN
      ${step}
      INSERT INTO ${table} VALUES ('version', ${version + 1}) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
    END IF;
  END $do$;`;
}
