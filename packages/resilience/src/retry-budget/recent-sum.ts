import { type Clock } from '@rookery/common';

/** How long an amount counts. */
export const WINDOW_MS = 10_000;

const SLICES = 10;
const SLICE_MS = WINDOW_MS / SLICES;

/**
 * The sum of the whole numbers that were added within the last ten seconds, to within a second. Time is cut into slices
 * that leave the sum one by one; each use brings it up to date, so there is no timer and an idle one costs nothing.
 */
export class RecentSum {
  readonly #slices = new Float64Array(SLICES);
  #slice: number;
  #sum = 0;

  constructor(private readonly clock: Clock) {
    this.#slice = this.#now();
  }

  get value(): number {
    this.#advance();
    return this.#sum;
  }

  add(amount: number): void {
    const index = this.#advance() % SLICES;
    this.#slices[index] = (this.#slices[index] as number) + amount;
    this.#sum += amount;
  }

  #now(): number {
    return Math.floor(this.clock.monotonic() / SLICE_MS);
  }

  /** Lets go of the slices that have become too old, and returns the number of the current one. */
  #advance(): number {
    const now = this.#now();
    // After a long rest each slice is emptied once, not once for every second that went by.
    for (let slice = Math.max(this.#slice, now - SLICES) + 1; slice <= now; slice += 1) {
      const index = slice % SLICES;
      this.#sum -= this.#slices[index] as number;
      this.#slices[index] = 0;
    }
    this.#slice = now;
    return now;
  }
}
