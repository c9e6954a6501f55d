import { type Clock, type ScheduledTask } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';

/** One registration. A new registration of the same id is a new object, which is how the older lease notices. */
export interface Entry {
  instance: ServiceInstance;
  readonly ttlMs: number;
  expiresAt: number;
}

/** The dead are kept for `cleanup` to count, but not longer than this many times to live. */
const KEEP_DEAD_TTLS = 5;

/** The registrations of one service, who watches them, and the timer for the next one that runs out. */
export class Shelf {
  readonly #entries = new Map<string, Entry>();
  readonly #watchers = new Set<() => void>();
  #timer: ScheduledTask | undefined;
  #shown = 0;

  constructor(private readonly clock: Clock) {}

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  put(id: string, instance: ServiceInstance, ttlMs: number): Entry {
    this.removeDead(KEEP_DEAD_TTLS);
    const entry = { instance, ttlMs, expiresAt: this.clock.monotonic() + ttlMs };
    this.#entries.set(id, entry);
    this.changed();
    return entry;
  }

  remove(id: string): void {
    this.#entries.delete(id);
    this.changed();
  }

  lives({ expiresAt }: Entry): boolean {
    return expiresAt > this.clock.monotonic();
  }

  living(): Entry[] {
    return [...this.#entries.values()].filter((entry) => this.lives(entry));
  }

  /** Removes what has been dead for more than `ttls` times to live; returns how many that were. */
  removeDead(ttls: number): number {
    let removed = 0;
    for (const [id, entry] of this.#entries) {
      if (this.lives({ ...entry, expiresAt: entry.expiresAt + ttls * entry.ttlMs })) continue;
      this.#entries.delete(id);
      removed += 1;
    }
    return removed;
  }

  /** Calls the watcher after each change, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    this.#awaitExpiry();
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#timer?.cancel();
    };
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
    this.#awaitExpiry();
  }

  /** Watchers are told when a lease runs out; without watchers no timer is needed. */
  #awaitExpiry(): void {
    this.#timer?.cancel();
    const living = this.living();
    this.#shown = living.length;
    if (this.#watchers.size === 0 || living.length === 0) return;
    const next = Math.min(...living.map(({ expiresAt }) => expiresAt));
    this.#timer = this.clock.schedule(next - this.clock.monotonic(), () => this.#expired(), {
      background: true,
    });
  }

  /** A renewal may have moved the end since the timer was set: then nothing has changed. */
  #expired(): void {
    if (this.living().length === this.#shown) this.#awaitExpiry();
    else this.changed();
  }
}
