import { type ServiceInstance } from '../instance/service-instance.js';
import { InstanceStats } from './instance-stats.js';

/** What was learnt about an instance that has left a list is kept for this time, in case it comes back. */
const KEEP_MS = 10 * 60_000;

interface Page {
  readonly stats: InstanceStats;
  listedAt: number;
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
    for (const { id } of instances) this.#page(id, now).listedAt = now;
    for (const [id, { listedAt, stats }] of this.#pages) {
      if (now - listedAt > KEEP_MS && stats.pending === 0) this.#pages.delete(id);
    }
  }

  of(id: string, now: number): InstanceStats {
    return this.#page(id, now).stats;
  }

  #page(id: string, now: number): Page {
    const page = this.#pages.get(id) ?? { stats: new InstanceStats(), listedAt: now };
    this.#pages.set(id, page);
    return page;
  }
}
