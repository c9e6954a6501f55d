import { type Statement } from '../connection/postgres-link.js';

/** So many of a count are counted, so that a health check stays cheap however long a backlog is. */
const MOST_COUNTED = 10_000;

/** A due time in the past of every clock: at once, and before what was never handed out. */
const FIRST = 1;

/** A notification holds up to 8,000 bytes; an empty one means everybody. */
const LONGEST_NOTICE = 7_000;

/** The time: what the caller says, else that of the server, which is the same for all hosts. The first value where it is used. */
const NOW = `coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;

/** Every statement of the store, over the tables of one schema. */
export type Statements = ReturnType<typeof statementsFor>;

export function statementsFor(schema: string) {
  const of = (table: string) => `"${schema}".${table}`;
  const tables = ['log', 'consumer', 'delivery', 'dead_letter', 'node', 'setting'];
  const [log, consumer, delivery, dead, node, setting] = tables.map(of);
  const idOf = (name: string) => `(SELECT id FROM ${consumer} WHERE name = ${name})`;
  /** Only for the present holder of the lease: consumer, seq, owner and attempts from this value on. */
  const held = (at: number) =>
    `consumer = ${idOf(`$${at}`)} AND seq = $${at + 1} AND owner = $${at + 2} AND attempts = $${at + 3}`;
  /** Those that failed in the same moment are as old as their events. */
  const oldest = 'd.last_failed, d.seq, d.id';
  /** Values: group, handler, type, ids, limit, and the newest that counts. */
  const chosen = (known: string) => `ARRAY(
    SELECT d.id FROM ${dead} d JOIN ${log} l ON l.seq = d.seq ${known}
    WHERE ($1::text IS NULL OR d.grp = $1) AND ($2::text IS NULL OR d.handler = $2)
      AND ($3::text IS NULL OR l.type = $3) AND ($4::bigint[] IS NULL OR d.id = ANY ($4)) AND d.id <= $6
    ORDER BY ${oldest} LIMIT $5)`;
  const ring = (ids: string) =>
    `pg_notify('${channelOf(schema)}', CASE WHEN length(${ids}) < ${LONGEST_NOTICE} THEN ${ids} ELSE '' END)`;
  const count = (from: string) =>
    `(SELECT count(*)::int FROM (SELECT 1 FROM ${from} LIMIT ${MOST_COUNTED}) x)`;

  return named({
    declare: `
      INSERT INTO ${consumer} (name, grp, handler, patterns, pattern, seen) VALUES ($2, $3, $4, $5, $6, ${NOW})
      ON CONFLICT (name) DO UPDATE SET patterns = excluded.patterns, pattern = excluded.pattern, seen = excluded.seen
      RETURNING id, xmax = 0 AS added`,

    // Values: now, sources, ids, types, keys, bodies, delays. The pairs of source and id are different from each other. Each pattern
    // meets all types before the next one, because the server keeps few expressions compiled.
    append: `
      WITH time AS MATERIALIZED (SELECT ${NOW} AS now), input AS (
        SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
          WITH ORDINALITY AS i (source, id, type, key, body, delay, n)
      ), stored AS (
        INSERT INTO ${log} (source, id, type, key, body, at)
        SELECT source, id, type, key, body, now FROM input, time ORDER BY n
        ON CONFLICT (source, id) DO NOTHING RETURNING seq, source, id, type
      ), fitting AS MATERIALIZED (
        SELECT c.id AS consumer, t.type FROM ${consumer} c CROSS JOIN LATERAL (
          SELECT type FROM (SELECT DISTINCT type FROM input) i WHERE type ~ c.pattern OFFSET 0) t
      ), fanned AS (
        INSERT INTO ${delivery} (consumer, seq, due)
        SELECT f.consumer, s.seq, CASE WHEN i.delay > 0 THEN time.now + i.delay ELSE 0 END
        FROM stored s JOIN input i USING (source, id) JOIN fitting f ON f.type = s.type CROSS JOIN time
        RETURNING consumer, due
      ), targets AS (SELECT string_agg(DISTINCT consumer::text, ',') AS ids FROM fanned WHERE due = 0),
      rung AS MATERIALIZED (SELECT ${ring('ids')} FROM targets WHERE ids IS NOT NULL)
      SELECT source, id, (SELECT count(*) FROM rung) FROM stored`,

    typesOf: `
      SELECT l.source, l.id, l.type FROM unnest($1::text[], $2::text[]) AS i (source, id) JOIN ${log} l USING (source, id)`,

    // Values: now, consumer, limit, lease, owner. What was handed out before comes first: it is older, and there is never much. The
    // conditions are those that make the server use the index by due time, however long other backlogs are.
    claim: `
      WITH time AS MATERIALIZED (SELECT ${NOW} AS now), again AS (
        SELECT seq, due FROM ${delivery}
        WHERE consumer = ${idOf('$2')} AND due > 0 AND due <= (SELECT now FROM time)
        ORDER BY due, seq LIMIT $3 FOR UPDATE SKIP LOCKED
      ), fresh AS (
        SELECT seq FROM ${delivery}
        WHERE consumer = ${idOf('$2')} AND due <= 0
        ORDER BY due, seq LIMIT greatest(0, $3 - (SELECT count(*) FROM again)) FOR UPDATE SKIP LOCKED
      ), leased AS (
        UPDATE ${delivery} SET due = (SELECT now FROM time) + $4, owner = $5, attempts = attempts + 1
        WHERE consumer = ${idOf('$2')} AND seq = ANY (ARRAY(SELECT seq FROM again UNION ALL SELECT seq FROM fresh))
        RETURNING seq, attempts
      )
      SELECT ${number('l.seq')}, l.attempts, g.source, g.id, g.type, g.key, g.body
      FROM leased l JOIN ${log} g USING (seq) LEFT JOIN again a USING (seq) ORDER BY a.seq IS NULL, a.due, l.seq`,

    // Nothing when nothing waits, which `greatest` would make a zero of.
    nextDue: `
      SELECT greatest(0, due - ${NOW})::float8 AS wait
      FROM (SELECT min(due) AS due FROM ${delivery} WHERE consumer = ${idOf('$2')}) first WHERE due IS NOT NULL`,

    // Values: now, consumers, seqs, owner, attempts, lease.
    renew: `
      UPDATE ${delivery} d SET due = ${NOW} + $6 FROM unnest($2::text[], $3::bigint[], $5::int[]) AS i (name, seq, attempts)
      JOIN ${consumer} c ON c.name = i.name
      WHERE d.consumer = c.id AND d.seq = i.seq AND d.owner = $4 AND d.attempts = i.attempts
      RETURNING i.name AS consumer, ${number('d.seq')}`,

    // Values: consumers, seqs, owner, attempts.
    done: `
      DELETE FROM ${delivery} d USING unnest($1::text[], $2::bigint[], $4::int[]) AS i (name, seq, attempts)
      JOIN ${consumer} c ON c.name = i.name
      WHERE d.consumer = c.id AND d.seq = i.seq AND d.owner = $3 AND d.attempts = i.attempts
      RETURNING i.name AS consumer, ${number('d.seq')}`,

    retry: `
      UPDATE ${delivery} SET owner = NULL, due = greatest(${FIRST}, ${NOW} + $6), first_failed = coalesce(first_failed, $7)
      WHERE ${held(2)}`,

    release: `
      WITH freed AS (
        UPDATE ${delivery} SET owner = NULL, due = ${FIRST}, attempts = attempts - 1
        WHERE ${held(1)} RETURNING consumer
      ) SELECT ${ring('consumer::text')} FROM freed`,

    bury: `
      WITH gone AS (DELETE FROM ${delivery} WHERE ${held(1)} RETURNING *)
      INSERT INTO ${dead} (consumer, grp, handler, seq, attempts, first_failed, last_failed, failure)
      SELECT c.name, c.grp, c.handler, g.seq, g.attempts, coalesce(g.first_failed, $5), $5, $6
      FROM gone g JOIN ${consumer} c ON c.id = g.consumer`,

    status: `
      SELECT grp AS "group", handler,
        ${count(`${delivery} d WHERE d.consumer = c.id AND d.owner IS NULL`)} AS backlog,
        ${count(`${delivery} d WHERE d.consumer = c.id AND d.owner IS NOT NULL`)} AS "inFlight",
        ${count(`${dead} d WHERE d.consumer = c.name`)} AS "deadLetters"
      FROM ${consumer} c ORDER BY name`,

    newestLetter: `SELECT coalesce(max(id), 0)::float8 AS id FROM ${dead}`,
    letters: `
      SELECT d.id::float8 AS letter, d.grp, d.handler, d.attempts, ${number('d.first_failed')}, d.failure, l.source, l.id, l.type, l.key, l.body
      FROM ${dead} d JOIN ${log} l ON l.seq = d.seq
      WHERE d.id = ANY (${chosen('')}) ORDER BY ${oldest}`,
    replay: `
      WITH gone AS (
        DELETE FROM ${dead} d USING ${consumer} c
        WHERE c.name = d.consumer AND d.id = ANY (${chosen(`JOIN ${consumer} c ON c.name = d.consumer`)})
        RETURNING c.id AS consumer, d.seq
      ), sent AS (
        INSERT INTO ${delivery} (consumer, seq, due) SELECT consumer, seq, ${FIRST} FROM gone
        ON CONFLICT (consumer, seq) DO NOTHING RETURNING consumer
      ), targets AS (SELECT string_agg(DISTINCT consumer::text, ',') AS ids FROM sent),
      rung AS MATERIALIZED (SELECT ${ring('ids')} FROM targets WHERE ids IS NOT NULL)
      SELECT count(*)::int AS replayed, (SELECT count(*) FROM rung) FROM gone`,
    discard: `DELETE FROM ${dead} WHERE id = ANY (${chosen('')})`,

    beat: `
      INSERT INTO ${node} (id, lock, seen) VALUES ($2, $3, ${NOW}) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`,
    leave: `DELETE FROM ${node} WHERE id = $1`,
    // Values: now, own id, class of the locks, the silence in milliseconds after which somebody is looked at.
    releaseDead: `
      WITH quiet AS MATERIALIZED (SELECT id, lock FROM ${node} WHERE id <> $2 AND seen < ${NOW} - $4::bigint),
      gone AS MATERIALIZED (SELECT id FROM quiet WHERE pg_try_advisory_xact_lock($3::int, lock)),
      forgotten AS (DELETE FROM ${node} WHERE id IN (SELECT id FROM gone)),
      freed AS (
        UPDATE ${delivery} SET owner = NULL, due = ${FIRST} WHERE owner IN (SELECT id FROM gone) RETURNING consumer
      ), targets AS (SELECT string_agg(DISTINCT consumer::text, ',') AS ids FROM freed),
      rung AS MATERIALIZED (SELECT ${ring('ids')} FROM targets WHERE ids IS NOT NULL)
      SELECT count(*)::int AS released, (SELECT count(*) FROM rung) FROM freed`,

    // One process a minute clears up for all.
    turn: `
      INSERT INTO ${setting} AS s VALUES ('cleared', ${NOW}) ON CONFLICT (name) DO UPDATE SET value = excluded.value
      WHERE s.value NOT BETWEEN excluded.value - 55000 AND excluded.value`,
    unseen: `SELECT name FROM ${consumer} WHERE seen < ${NOW} - $2::bigint`,
    // Values of both: now, name, the silence in milliseconds.
    forgetSome: `
      DELETE FROM ${delivery} WHERE (consumer, seq) IN (
        SELECT d.consumer, d.seq FROM ${delivery} d JOIN ${consumer} c ON c.id = d.consumer
        WHERE c.name = $2 AND c.seen < ${NOW} - $3::bigint LIMIT $4)`,
    forget: `
      WITH gone AS (DELETE FROM ${consumer} WHERE name = $2 AND seen < ${NOW} - $3::bigint RETURNING id)
      DELETE FROM ${delivery} WHERE consumer IN (SELECT id FROM gone)`,
    // Values: now, age, how many are kept, where the last part ended, how many are looked at. A delivery whose consumer was
    // forgotten just as the event was stored is nobody's.
    prune: `
      WITH part AS MATERIALIZED (SELECT seq, at FROM ${log} WHERE seq > $4 ORDER BY seq LIMIT $5),
      old AS MATERIALIZED (
        SELECT seq FROM part WHERE at < ${NOW} - $2::bigint OR seq <= (SELECT max(seq) FROM ${log}) - $3::bigint
      ), gone AS (
        DELETE FROM ${log} l WHERE seq = ANY (ARRAY(SELECT seq FROM old))
          AND NOT EXISTS (SELECT 1 FROM ${delivery} d JOIN ${consumer} c ON c.id = d.consumer WHERE d.seq = l.seq)
          AND NOT EXISTS (SELECT 1 FROM ${dead} x WHERE x.seq = l.seq)
      )
      SELECT (SELECT max(seq) FROM part)::float8 AS "end", (SELECT count(*) FROM part)::int AS looked,
        (SELECT count(*) FROM old)::int AS old`,
    pruneLetters: `
      DELETE FROM ${dead} WHERE id = ANY (ARRAY(
        SELECT id FROM ${dead} WHERE last_failed < ${NOW} - $2::bigint ORDER BY last_failed LIMIT $3))`,
  });
}

/** The channel on which the processes tell each other that there is something to claim. */
export function channelOf(schema: string): string {
  return `${schema}_events`;
}

/** Sequence numbers and times are whole numbers far below 2^53; as bigint, pg would hand them out as texts. */
function number(column: string): string {
  return `${column}::float8 AS ${column.replace(/^.*\./, '')}`;
}

function named<Names extends string>(texts: Record<Names, string>): Readonly<Record<Names, Statement>> {
  const entries = Object.entries<string>(texts).map(([name, text]) => [name, { name, text }]);
  return Object.fromEntries(entries) as Record<Names, Statement>;
}
