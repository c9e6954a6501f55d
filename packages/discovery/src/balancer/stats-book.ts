import { type ServiceInstance } from '../instance/service-instance.js';
import { InstanceStats } from './instance-stats.js';

/** What was learnt about an instance that has left a list is kept for this time, in case it comes back. */
const KEEP_MS = 10 * 60_000;

interface Page {
  readonly stats: InstanceStats;
  /** Since when it is on no list; unset while it is on one. */
  goneAt?: number | undefined;
}

/**
 * The statistics of all instances of one service, by instance id. They survive changes of the list: forgetting them
 * when an instance comes or goes would be forgetting them when they are needed.
 */
export class StatsBook {
  readonly #pages = new Map<string, Page>();

  get size(): number {
    return this.#pages.size;
  }

  /** Notes which instances are listed, and drops those that have been gone for long and have no call running. */
  list(instances: readonly ServiceInstance[], now: number): void {
    const listed = new Set(instances.map(({ id }) => id));
    for (const id of listed) this.#page(id);
    for (const [id, page] of this.#pages) {
      page.goneAt = listed.has(id) ? undefined : (page.goneAt ?? now);
      const forgotten = page.goneAt !== undefined && now - page.goneAt > KEEP_MS && page.stats.pending === 0;
      if (forgotten) this.#pages.delete(id);
    }
  }

  of(id: string): InstanceStats {
    return this.#page(id).stats;
  }

  #page(id: string): Page {
    const page = this.#pages.get(id) ?? { stats: new InstanceStats() };
    this.#pages.set(id, page);
    return page;
  }
}
