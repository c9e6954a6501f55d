import { type ConsumerStatus } from '../broker/broker.js';
import { type Statements } from './statements.js';

/** Counting stops here, so that a health check stays cheap however long a backlog is. */
const MOST_COUNTED = 10_000;

const count = (where: string) => `(SELECT count(*) FROM (SELECT 1 FROM ${where} LIMIT ${MOST_COUNTED}))`;

/** How every known consumer is doing; each count is at most 10,000. */
export function readStatus(db: Statements): ConsumerStatus[] {
  return db.all<ConsumerStatus>(
    `SELECT grp AS "group", handler,
       ${count('delivery d WHERE d.consumer = c.id AND d.owner IS NULL')} AS backlog,
       ${count('delivery d WHERE d.consumer = c.id AND d.due > 0 AND d.owner IS NOT NULL')} AS inFlight,
       ${count('dead_letter x WHERE x.consumer = c.name')} AS deadLetters
     FROM consumer c ORDER BY name`,
  );
}
