import { readInstance, type ServiceInstance } from '@rookery/discovery';
import { type Entry } from './entry.js';
import { type EntryKeys, fromBase64 } from './entry-keys.js';

/** An entry that is larger is none of ours, in bytes: it is not even decoded. */
export const LARGEST_ENTRY = 65_536;

/** Base64 writes three bytes in four characters. */
const LARGEST_VALUE = Math.ceil(LARGEST_ENTRY / 3) * 4;

/** What etcd says of a key that hangs on no lease. */
const NO_LEASE = '0';

/** An entry and who is registered by it, if anybody. */
export interface Row {
  readonly entry: Entry;
  readonly found: ServiceInstance | undefined;
}

/**
 * Turns the entries of one service into instances. What it has read before it does not read again, so that an instance
 * that has not changed stays the same object. What is no entry of ours is ignored and told, once for each time that it
 * was written.
 */
export class EntryReader {
  readonly #known = new Map<string, Row>();

  constructor(
    private readonly keys: EntryKeys,
    private readonly onIgnored: (key: string) => void,
  ) {}

  read(entry: Entry): Row {
    const known = this.#known.get(entry.key);
    if (known && isSame(known.entry, entry)) return known;
    const row = { entry, found: unchanged(known?.found, this.#registeredBy(entry)) };
    if (!row.found) this.onIgnored(entry.key);
    this.#known.set(entry.key, row);
    return row;
  }

  /** The key is gone. */
  forget(key: string): void {
    this.#known.delete(key);
  }

  /** Only these keys are there still. */
  retain(entries: readonly Entry[]): void {
    const keys = new Set(entries.map(({ key }) => key));
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
  }

  #registeredBy({ key, value, lease }: Entry): ServiceInstance | undefined {
    // Nobody would ever end what hangs on no lease.
    if (lease === NO_LEASE || value.length > LARGEST_VALUE) return undefined;
    const instance = readInstance(fromBase64(value));
    // An entry under another name would put one instance into two lists, or twice into one.
    return instance && this.keys.of(instance.service, instance.id) === key ? instance : undefined;
  }
}

/** Written at the same moment under the same lease: a cluster that has lost its data counts anew, but draws other leases. */
function isSame(a: Entry, b: Entry): boolean {
  return a.revision === b.revision && a.lease === b.lease && a.value === b.value;
}

/** An instance that was written again as it was stays the same object, so that lists can be compared. */
function unchanged(before: ServiceInstance | undefined, now: ServiceInstance | undefined) {
  return before && now && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
