import { type EtcdGateway } from '../connection/etcd-gateway.js';
import { unwrap } from '../connection/unwrap.js';
import { GRPC } from '../errors/etcd-refusal.error.js';
import { entriesOf, type Entry, partOf, type Position, positionOf, rangeIn } from './entry.js';
import { type KeyRange, rangeAfter, rangeOf, toBase64 } from './entry-keys.js';

/** Everything below a prefix at one moment. */
export interface Reading extends Position {
  readonly entries: readonly Entry[];
}

/** A write that says what it replaces. */
export interface Swap {
  readonly key: string;
  readonly value: string;
  readonly lease: string;
  /** The revision of what is replaced; 0 for nothing. */
  readonly expected: number;
}

/** Written at this revision, or what stood there instead of what was expected. */
export type Swapped =
  | { readonly written: true; readonly revision: number }
  | { readonly written: false; readonly held: Entry | undefined };

/** Entries in one answer; the rest is asked for at the same revision. */
const PAGE = 1_000;

/** What a registry asks etcd: keys that hang on leases. All of it may be asked twice without harm. */
export class EntryStore {
  constructor(private readonly gateway: EtcdGateway) {}

  /** Makes a lease under an id of the asker's choice. etcd makes it longer when one and a half elections take longer. */
  async grant(lease: string, ttlSeconds: number, signal: AbortSignal): Promise<void> {
    await this.gateway.ask<true>(signal, {
      path: '/v3/lease/grant',
      body: { ID: lease, TTL: String(ttlSeconds) },
      read: acknowledged,
      // An earlier try has arrived, and its answer has not.
      judge: ({ grpcCode, message }) =>
        grpcCode === GRPC.FAILED_PRECONDITION && /lease already exists/.test(message) ? true : undefined,
    });
  }

  /** Extends a lease by its whole time. Resolves with whether there was one. */
  keepAlive(lease: string, signal: AbortSignal): Promise<boolean> {
    return this.gateway.ask(signal, {
      path: '/v3/lease/keepalive',
      body: { ID: lease },
      read(answer) {
        const result = unwrap(answer);
        positionOf(result);
        return Number(partOf(result)['TTL'] ?? 0) > 0;
      },
      judge: ({ grpcCode }) => (grpcCode === GRPC.NOT_FOUND ? false : undefined),
    });
  }

  /** Ends a lease, and with it the keys that hang on it now. Does nothing when there is none. */
  async revoke(lease: string, signal: AbortSignal): Promise<void> {
    await this.gateway.ask<true>(signal, {
      path: '/v3/lease/revoke',
      body: { ID: lease },
      read: acknowledged,
      judge: ({ grpcCode }) => (grpcCode === GRPC.NOT_FOUND ? true : undefined),
    });
  }

  async get(key: string, signal: AbortSignal): Promise<Entry | undefined> {
    const { entries } = await this.#range({ key: toBase64(key) }, signal);
    return entries[0];
  }

  /** Writes when the key is as expected, in one step. */
  swap({ key: name, value, lease, expected }: Swap, signal: AbortSignal): Promise<Swapped> {
    const key = toBase64(name);
    return this.gateway.ask<Swapped>(signal, {
      path: '/v3/kv/txn',
      body: {
        compare: [{ key, target: 'MOD', result: 'EQUAL', mod_revision: String(expected) }],
        success: [{ request_put: { key, value: toBase64(value), lease } }],
        failure: [{ request_range: { key } }],
      },
      read(answer) {
        const { revision } = positionOf(answer);
        if (partOf(answer)['succeeded'] === true) return { written: true, revision };
        return { written: false, held: entriesOf(rangeIn(answer)['kvs'])[0] };
      },
    });
  }

  /** All entries below a prefix as they were at one moment, however many answers that takes. */
  async read(prefix: string, signal: AbortSignal): Promise<Reading> {
    const range = rangeOf(prefix);
    let page = await this.#range({ ...range, limit: PAGE }, signal);
    const { revision, term } = page;
    const entries = [...page.entries];
    for (let last = entries.at(-1); page.more && last; last = page.entries.at(-1)) {
      page = await this.#range({ ...rangeAfter(last.key, range), limit: PAGE, revision }, signal);
      entries.push(...page.entries);
    }
    return { revision, term, entries };
  }

  #range(
    body: { readonly key: string } & Partial<KeyRange> & {
        readonly limit?: number;
        readonly revision?: number;
      },
    signal: AbortSignal,
  ): Promise<Reading & { readonly more: boolean }> {
    return this.gateway.ask(signal, {
      path: '/v3/kv/range',
      body,
      read(answer) {
        const { kvs, more } = partOf(answer);
        return { ...positionOf(answer), entries: entriesOf(kvs), more: more === true };
      },
    });
  }
}

function acknowledged(answer: unknown): true {
  positionOf(answer);
  return true;
}
