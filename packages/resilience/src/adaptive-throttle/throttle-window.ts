import { type Clock } from '@rookery/common';
import { PRIORITIES, type Priority } from '../pipeline/priority.js';

/** Twenty-four slices, so five seconds each of the two minutes that are the default: that much goes at once. */
const SLICES = 24;

/** The requests of each priority stand one after the other in each slice, and then what was accepted of all of them. */
const ACCEPTS = PRIORITIES.length;
const WIDTH = ACCEPTS + 1;

/** What was asked for in the window, and how much of it was accepted. */
export interface ThrottleCounts {
  /** By priority, from the lowest to the highest. */
  readonly requests: readonly number[];
  readonly accepts: number;
}

/**
 * The requests of the last `sizeMs` milliseconds, counted in slices. Old slices go when somebody looks, not by a timer,
 * so an idle throttle costs nothing and one that was idle for long finds its window empty.
 */
export class ThrottleWindow {
  /** One flat list: an array for each slice would make up most of the memory. */
  readonly #slices = Array.from({ length: SLICES * WIDTH }, () => 0);
  readonly #requests = PRIORITIES.map(() => 0);
  #accepts = 0;
  #slice: number;

  constructor(
    private readonly sizeMs: number,
    private readonly clock: Clock,
  ) {
    this.#slice = this.#sliceNow();
  }

  /** A view, which the next request changes. */
  get counts(): ThrottleCounts {
    this.#dropOld();
    return { requests: this.#requests, accepts: this.#accepts };
  }

  /** Counts a request, whether or not it was let through. */
  record(priority: Priority, accepted: boolean): void {
    this.#dropOld();
    const at = (this.#slice % SLICES) * WIDTH;
    this.#add(at, PRIORITIES.indexOf(priority), 1);
    if (accepted) this.#add(at, ACCEPTS, 1);
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
    for (let counter = 0; counter < WIDTH; counter += 1) {
      this.#add(at, counter, -(this.#slices[at + counter] ?? 0));
    }
  }

  #add(at: number, counter: number, by: number): void {
    this.#slices[at + counter] = (this.#slices[at + counter] ?? 0) + by;
    if (counter === ACCEPTS) this.#accepts += by;
    else this.#requests[counter] = (this.#requests[counter] ?? 0) + by;
  }
}
