import { type Clock } from '@rookery/common';
import { type CallWindow, type WindowCounts } from './call-window.js';

/** Ten slices a window, as in opossum, Polly and Hystrix: at most a tenth of the window goes at once. */
const SLICES = 10;

/** Calls, failures and slow calls stand one after the other in each slice. */
const WIDTH = 3;

/**
 * The calls of the last `sizeMs` milliseconds, counted in slices. Old slices go when somebody looks, not by a timer, so
 * an idle breaker costs nothing and one that was idle for long finds its window empty.
 */
export class TimeCallWindow implements CallWindow {
  /** One flat list: an array for each counter would make up most of an idle breaker's memory. */
  readonly #slices = Array.from({ length: SLICES * WIDTH }, () => 0);
  #calls = 0;
  #failures = 0;
  #slow = 0;
  #slice: number;

  constructor(
    private readonly sizeMs: number,
    private readonly clock: Clock,
  ) {
    this.#slice = this.#sliceNow();
  }

  get counts(): WindowCounts {
    this.#dropOld();
    return { calls: this.#calls, failures: this.#failures, slow: this.#slow };
  }

  record(failed: boolean, slow: boolean): void {
    this.#dropOld();
    const at = (this.#slice % SLICES) * WIDTH;
    this.#calls += 1;
    this.#increment(at);
    if (failed) {
      this.#failures += 1;
      this.#increment(at + 1);
    }
    if (slow) {
      this.#slow += 1;
      this.#increment(at + 2);
    }
  }

  clear(): void {
    this.#slices.fill(0);
    this.#calls = this.#failures = this.#slow = 0;
  }

  #sliceNow(): number {
    return Math.floor((this.clock.monotonic() / this.sizeMs) * SLICES);
  }

  #dropOld(): void {
    const now = this.#sliceNow();
    const steps = Math.min(now - this.#slice, SLICES);
    for (let step = 1; step <= steps; step += 1) this.#drop((this.#slice + step) % SLICES);
    this.#slice = now;
  }

  #drop(slice: number): void {
    const at = slice * WIDTH;
    this.#calls -= this.#take(at);
    this.#failures -= this.#take(at + 1);
    this.#slow -= this.#take(at + 2);
  }

  #increment(index: number): void {
    this.#slices[index] = (this.#slices[index] ?? 0) + 1;
  }

  #take(index: number): number {
    const amount = this.#slices[index] ?? 0;
    this.#slices[index] = 0;
    return amount;
  }
}
