import { type ServiceInstance } from '../instance/service-instance.js';
import { type EjectionSettings } from '../ejection/ejection.options.js';
import { Standing } from '../ejection/standing.js';
import { InstanceStats } from './instance-stats.js';

/** What was learnt about an instance that has left a list is kept for this time, in case it comes back. */
const KEEP_MS = 10 * 60_000;

/** What is known of one instance. */
export interface Page {
  readonly stats: InstanceStats;
  /** When it was first seen, on the steady clock; long ago for those of the first list, of which nobody knows. */
  readonly since: number;
  readonly startedAt: number;
  /** Since when it is on no list; unset while it is on one. */
  goneAt?: number | undefined;
}

/**
 * What was learnt about all instances of one service, by instance id. It survives changes of the list: forgetting it
 * when an instance comes or goes would be forgetting it when it is needed.
 */
export class StatsBook {
  readonly #pages = new Map<string, Page>();

  /** @param ejection Left out: nobody is ever ejected. */
  constructor(private readonly ejection?: EjectionSettings) {}

  get size(): number {
    return this.#pages.size;
  }

  /** Notes which instances are listed, and drops those that have been gone for long and have no call running. */
  list(instances: readonly ServiceInstance[], now: number): readonly Page[] {
    const since = this.#pages.size === 0 ? -Infinity : now;
    const listed = new Set(instances.map(({ id }) => id));
    const pages = instances.map((instance) => this.#page(instance, since));
    for (const [id, page] of this.#pages) {
      page.goneAt = listed.has(id) ? undefined : (page.goneAt ?? now);
      const forgotten = page.goneAt !== undefined && now - page.goneAt > KEEP_MS && page.stats.pending === 0;
      if (forgotten) this.#pages.delete(id);
    }
    return pages;
  }

  /** What is known of a listed instance. */
  of(id: string): Page | undefined {
    return this.#pages.get(id);
  }

  /** A process that was started anew under the id of an old one has neither its faults nor its merits. */
  #page({ id, startedAt }: ServiceInstance, since: number): Page {
    const known = this.#pages.get(id);
    if (known?.startedAt === startedAt) return known;
    const stats = new InstanceStats(this.ejection && new Standing(this.ejection));
    const page: Page = { stats, since, startedAt };
    this.#pages.set(id, page);
    return page;
  }
}
