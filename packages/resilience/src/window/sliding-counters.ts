import { type Clock } from '@rookery/common';

/** How far back counters look, and in how many slices: one slice's worth is forgotten at once. */
export interface SlidingWindowSize {
  readonly sizeMs: number;
  readonly slices: number;
}

/**
 * A few counters over the last while, in slices of time. Slices that are too old go when somebody looks, not by a timer,
 * so an idle one costs nothing and one that was idle for long finds its window empty. Every step takes the same time
 * however much was counted.
 */
export class SlidingCounters {
  /** One flat list, the counters of a slice one after the other: an array each would make up most of the memory. */
  readonly #slices: number[];
  readonly #totals: number[];
  readonly #sliceMs: number;
  #slice: number;

  constructor(
    private readonly counters: number,
    private readonly size: SlidingWindowSize,
    private readonly clock: Clock,
  ) {
    this.#slices = Array.from({ length: size.slices * counters }, () => 0);
    this.#totals = Array.from({ length: counters }, () => 0);
    this.#sliceMs = size.sizeMs / size.slices;
    this.#slice = this.#sliceNow();
  }

  /** What each counter has counted within the window, as of the last `advance`. It changes with the next one. */
  get totals(): readonly number[] {
    return this.#totals;
  }

  /** Forgets what has become too old. To be called before the totals are read and before anything is added. */
  advance(): this {
    const now = this.#sliceNow();
    // After a long rest each slice is emptied once, not once for each that went by.
    const steps = Math.min(now - this.#slice, this.size.slices);
    for (let step = 1; step <= steps; step += 1) this.#drop(this.#slice + step);
    this.#slice = now;
    return this;
  }

  add(counter: number, amount: number): void {
    this.#change(this.#slice, counter, amount);
  }

  clear(): void {
    this.#slices.fill(0);
    this.#totals.fill(0);
  }

  #sliceNow(): number {
    return Math.floor(this.clock.monotonic() / this.#sliceMs);
  }

  #drop(slice: number): void {
    const at = this.#indexOf(slice, 0);
    for (let counter = 0; counter < this.counters; counter += 1) {
      this.#change(slice, counter, -(this.#slices[at + counter] as number));
    }
  }

  #change(slice: number, counter: number, amount: number): void {
    const index = this.#indexOf(slice, counter);
    this.#slices[index] = (this.#slices[index] as number) + amount;
    this.#totals[counter] = (this.#totals[counter] as number) + amount;
  }

  #indexOf(slice: number, counter: number): number {
    return (slice % this.size.slices) * this.counters + counter;
  }
}
