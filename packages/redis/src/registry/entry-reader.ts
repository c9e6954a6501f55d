import { type ServiceInstance } from '@rookery/discovery';
import { readRecord, type Registered } from './entry-record.js';
import { type EntryRow } from './entry-rows.js';
import { inOrder } from './survivors.js';

interface KnownEntry {
  readonly text: string;
  readonly found: Registered | undefined;
}

/**
 * Turns entries into instances. What it has read before it does not read again, so an instance that has not changed
 * stays the same object. What is no entry of ours is ignored and counted, once for each time that it was written.
 */
export class EntryReader {
  #ignored = 0;
  readonly #known = new Map<string, ReadonlyMap<string, KnownEntry>>();

  get ignored(): number {
    return this.#ignored;
  }

  /** The instances in the entries of a service, always in the same order. */
  read(service: string, rows: readonly EntryRow[]): readonly ServiceInstance[] {
    const before = this.#known.get(service);
    const now = new Map<string, KnownEntry>();
    for (const row of rows) now.set(row.id, this.#entry(service, row, before?.get(row.id)));
    if (now.size > 0) this.#known.set(service, now);
    else this.#known.delete(service);
    return inOrder(this.listed(service).map(({ instance }) => instance));
  }

  /** Who was in the entries of a service when they were last read. */
  listed(service: string): Registered[] {
    return [...(this.#known.get(service)?.values() ?? [])].flatMap(({ found }) => found ?? []);
  }

  /** Nobody asks for the service any more. */
  forget(service: string): void {
    this.#known.delete(service);
  }

  #entry(service: string, { id, size, record }: EntryRow, known: KnownEntry | undefined): KnownEntry {
    const text = record || size;
    if (known?.text === text) return known;
    const registered = record ? readRecord(record) : undefined;
    const { instance } = registered ?? {};
    // An entry under another name would put one instance into two lists, or twice into one.
    const found = instance?.id === id && instance.service === service ? registered : undefined;
    if (!found) this.#ignored += 1;
    return { text, found };
  }
}
