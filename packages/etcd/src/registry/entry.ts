import { fromBase64 } from './entry-keys.js';

/** One key of etcd and what is behind it. */
export interface Entry {
  readonly key: string;
  /** In base64, as it came: what is too large is not decoded. */
  readonly value: string;
  /** The lease with which the key goes; `'0'` for none. Ids are 64 bits, which no number holds. */
  readonly lease: string;
  /** When it was written: grows with each change of the whole cluster. */
  readonly revision: number;
}

/** The state of the cluster at which it answered. */
export interface Position {
  readonly revision: number;
  /** Grows with each election, and never goes back as long as the cluster keeps its data. */
  readonly term: number;
}

/** An answer to something else than what was asked: whatever listens there, it is no etcd. */
const STRANGE = 'it gave an answer that is none of etcd';

/** The position in an answer's header. An answer without one is none of etcd's, and no empty list. */
export function positionOf(answer: unknown): Position {
  const header = partOf(partOf(answer)['header']);
  const [revision, term] = [Number(header['revision']), Number(header['raft_term'])];
  if (!Number.isSafeInteger(revision) || !Number.isSafeInteger(term)) throw new Error(STRANGE);
  return { revision, term };
}

/** The range in the answer to a transaction that did not come to pass. */
export function rangeIn(answer: unknown): Readonly<Record<string, unknown>> {
  const { responses } = partOf(answer);
  const [first] = Array.isArray(responses) ? (responses as unknown[]) : [];
  const range = partOf(first)['response_range'];
  if (range === undefined) throw new Error(STRANGE);
  return partOf(range);
}

/** The entries in a list of the answer, which leaves it out when it is empty. */
export function entriesOf(list: unknown): Entry[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw new Error(STRANGE);
  return list.map(entryOf);
}

/** One entry as the gateway writes it: numbers as text, and what is zero or empty left out. */
export function entryOf(raw: unknown): Entry {
  const { key, value = '', lease = '0', mod_revision: written } = partOf(raw);
  const revision = Number(written);
  if (typeof key !== 'string' || typeof value !== 'string' || !Number.isSafeInteger(revision))
    throw new Error(STRANGE);
  return { key: fromBase64(key), value, lease: String(lease), revision };
}

/** An object in an answer, as something to look into. */
export function partOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
