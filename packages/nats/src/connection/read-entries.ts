import { type KvEntry } from '@nats-io/kv';
import { type Session } from './nats-link.js';

/**
 * How often it is asked which entry is the last. Only an entry that is written again between each two of these questions
 * is missed, and no instance beats that often.
 */
const MOST_QUESTIONS = 20;

/**
 * The entries of some keys, those that were deleted among them. One that is written again meanwhile may come twice.
 *
 * The bucket's own reading ends with the entry after which nothing is pending. The server counts one that is written
 * again in the meantime twice (seen with 2.9.10), and then that end never comes. So it is asked first which entry is the
 * last, and the reading goes on up to that one. An entry that was written again before it was reached stands behind that
 * end by then, so it is asked anew there: everything has been read once nothing is newer.
 */
export async function readEntries(
  { bucket, connection, manager }: Session,
  stream: string,
  keys: string,
): Promise<KvEntry[]> {
  const subjects = `${stream.replace(/^KV_/, '$KV.')}.${keys}`;
  const askLast = async () =>
    (await manager.streams.getMessage(stream, { last_by_subj: subjects }))?.seq ?? 0;
  let last = await askLast();
  if (last === 0) return [];
  const found: KvEntry[] = [];
  let questions = 1;
  for await (const entry of await bucket.history({ key: keys })) {
    found.push(entry);
    if (entry.revision < last) continue;
    if (questions === MOST_QUESTIONS) break;
    questions += 1;
    last = await askLast();
    if (entry.revision >= last) break;
  }
  // A reading that was cut short ends like one that is complete.
  if (connection.isClosed()) throw new Error('the connection was closed');
  return found;
}
