import { readInstance, type ServiceInstance } from '@rookery/discovery';
import { type EntryRow } from './entry-rows.js';

interface KnownEntry {
  readonly text: string;
  readonly found: ServiceInstance | undefined;
}

/**
 * Turns entries into instances. What it has read before it does not read again, so an instance that has not changed
 * stays the same object. What is no entry of ours is ignored and told, once for each time that it was written.
 */
export class EntryReader {
  readonly #known = new Map<string, ReadonlyMap<string, KnownEntry>>();

  /** @param onIgnored Called with the service and id of each entry that is none of ours. */
  constructor(private readonly onIgnored: (key: string) => void) {}

  /** The instances in the entries of a service, always in the same order. */
  read(service: string, rows: readonly EntryRow[]): readonly ServiceInstance[] {
    const before = this.#known.get(service);
    const now = new Map<string, KnownEntry>();
    for (const row of rows) now.set(row.id, this.#entry(service, row, before?.get(row.id)));
    if (now.size > 0) this.#known.set(service, now);
    else this.#known.delete(service);
    const listed = [...now.values()].flatMap(({ found }) => found ?? []);
    return listed.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Nobody asks for the service any more. */
  forget(service: string): void {
    this.#known.delete(service);
  }

  #entry(service: string, { id, size, record }: EntryRow, known: KnownEntry | undefined): KnownEntry {
    const text = record || size;
    if (known?.text === text) return known;
    const instance = record ? readInstance(record) : undefined;
    // An entry under another name would put one instance into two lists, or twice into one.
    const found = instance?.id === id && instance.service === service ? instance : undefined;
    if (!found) this.onIgnored(`${service}/${id}`);
    return { text, found };
  }
}
