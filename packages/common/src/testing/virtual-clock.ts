import { type Clock, type ScheduledTask, type ScheduleOptions } from '../clock/clock.js';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
  /** Whether its owner still needs it. */
  needed: boolean;
}

/** A clock that stands still until a test moves it. */
export class VirtualClock implements Clock {
  #elapsed = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  /** @param epoch The wall-clock time it starts at, in milliseconds. Default: 1 January 2026, UTC. */
  constructor(private readonly epoch = Date.UTC(2026, 0, 1)) {}

  /** How many scheduled tasks have neither run nor been cancelled, without those that are no longer needed. */
  get pending(): number {
    return [...this.#entries].filter(({ needed }) => needed).length;
  }

  now(): number {
    return this.epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(delayMs: number, task: () => void, _options?: ScheduleOptions): ScheduledTask {
    const at = this.#elapsed + Math.max(0, delayMs);
    const entry: Entry = { at, order: this.#order++, task, needed: true };
    this.#entries.add(entry);
    return {
      cancel: () => void this.#entries.delete(entry),
      keepAlive: (needed) => (entry.needed = needed),
    };
  }

  /**
   * Moves the time on by `ms` milliseconds. Tasks that fall due run in order, each at its own time, and what they
   * resolve gets to run before the next one.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#due(end); next; next = this.#due(end)) {
      this.#elapsed = next.at;
      this.#entries.delete(next);
      next.task();
      await settle();
    }
    this.#elapsed = end;
  }

  #due(end: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > end) continue;
      if (!first || entry.at < first.at || (entry.at === first.at && entry.order < first.order))
        first = entry;
    }
    return first;
  }
}

/** Lets every promise that can settle now do so: a macrotask runs only after the microtask queue is empty. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
