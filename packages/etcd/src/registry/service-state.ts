import { type ServiceInstance } from '@rookery/discovery';
import { type Entry } from './entry.js';
import { type EntryReader, type Row } from './entry-reader.js';
import { type Reading } from './entry-store.js';

/** The entries of one service as they were at one revision: read once, and moved on by what a watch is told. */
export class ServiceState {
  readonly #rows: Map<string, Row>;
  readonly #term: number;
  #revision: number;

  constructor(
    private readonly reader: EntryReader,
    reading: Reading,
  ) {
    reader.retain(reading.entries);
    this.#rows = new Map(reading.entries.map((entry) => [entry.key, reader.read(entry)]));
    this.#term = reading.term;
    this.#revision = reading.revision;
  }

  /** Everything up to and including this revision is in it. */
  get revision(): number {
    return this.#revision;
  }

  put(entry: Entry): void {
    this.#rows.set(entry.key, this.reader.read(entry));
    this.reach(entry.revision);
  }

  delete(key: string, revision: number): void {
    this.#rows.delete(key);
    this.reader.forget(key);
    this.reach(revision);
  }

  /** Nothing has changed up to this revision. */
  reach(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /** Who is registered, always in the same order, so that lists can be compared. */
  registered(): readonly ServiceInstance[] {
    const found = [...this.#rows.values()].flatMap((row) => row.found ?? []);
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * Whether a later state is one of the same data. It is not when the cluster was set up anew meanwhile: then it
   * counts from the beginning, has another list at the same revision, or holds what is said to be old and was never seen.
   */
  isContinuedBy(later: ServiceState): boolean {
    if (later.#revision < this.#revision || later.#term < this.#term) return false;
    if (later.#revision === this.#revision && later.#rows.size !== this.#rows.size) return false;
    const old = [...later.#rows.values()].filter(({ entry }) => entry.revision <= this.#revision);
    return old.every(({ entry: { key, lease } }) => this.#rows.get(key)?.entry.lease === lease);
  }
}
