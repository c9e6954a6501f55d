import { type LookupFunction } from 'node:net';
import { type Clock, repeat, type Repetition } from '@rookery/common';
import { type ConnectionSettings, Origin } from './origin.js';

/** How often origins that are not used any more are looked for. */
const SWEEP_MS = 30_000;

/**
 * The connections of a client. A connection serves only those that would have resolved its host in the same way, or a
 * check of addresses could be passed by an old connection. What belongs to origins that are gone is let go.
 */
export class ConnectionPool {
  readonly #origins = new Map<LookupFunction | undefined, Map<string, Origin>>();
  readonly #sweep: Repetition;
  /** Origins that were unused when they were last looked at. */
  #resting = new Set<Origin>();

  constructor(
    private readonly settings: ConnectionSettings,
    clock: Clock,
  ) {
    this.#sweep = repeat(
      clock,
      SWEEP_MS,
      () => this.#letGo(),
      () => {},
    );
  }

  /** Whether it was let go, with the app. */
  closed = false;

  /** How many origins it holds. */
  get size(): number {
    return [...this.#origins.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** @param lookup How the name of its host is resolved. Unset: as the system does. */
  origin(baseUrl: string, lookup: LookupFunction | undefined): Origin {
    let origins = this.#origins.get(lookup);
    if (!origins) this.#origins.set(lookup, (origins = new Map()));
    let origin = origins.get(baseUrl);
    if (!origin) origins.set(baseUrl, (origin = new Origin(baseUrl, this.settings, lookup)));
    return origin;
  }

  async destroy(): Promise<void> {
    this.closed = true;
    const origins = this.#all();
    this.#origins.clear();
    await Promise.all([this.#sweep.stop(), ...origins.map((origin) => origin.destroy())]);
  }

  /** Those that have been unused for two looks. */
  async #letGo(): Promise<void> {
    const gone = this.#all().filter((origin) => origin.unused && this.#resting.has(origin));
    for (const [lookup, origins] of this.#origins) {
      for (const [url, origin] of origins) if (gone.includes(origin)) origins.delete(url);
      if (origins.size === 0) this.#origins.delete(lookup);
    }
    this.#resting = new Set(this.#all().filter(({ unused }) => unused));
    await Promise.all(gone.map((origin) => origin.destroy()));
  }

  #all(): Origin[] {
    return [...this.#origins.values()].flatMap((origins) => Array.from(origins.values()));
  }
}
