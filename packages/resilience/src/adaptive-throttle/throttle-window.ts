import { type Clock } from '@rookery/common';
import { PRIORITIES, type Priority } from '../pipeline/priority.js';
import { SlidingCounters } from '../window/sliding-counters.js';

/** Twenty-four slices, so five seconds each of the two minutes that are the default: that much goes at once. */
const SLICES = 24;

/** The counter of what was accepted, after the requests of each priority. */
const ACCEPTS = PRIORITIES.length;

/** What was asked for in the window, and how much of it was accepted. */
export interface ThrottleCounts {
  /** By priority, from the lowest to the highest. */
  readonly requests: readonly number[];
  readonly accepts: number;
}

/** The requests of the last `sizeMs` milliseconds. */
export class ThrottleWindow {
  readonly #counters: SlidingCounters;

  constructor(sizeMs: number, clock: Clock) {
    this.#counters = new SlidingCounters(ACCEPTS + 1, { sizeMs, slices: SLICES }, clock);
  }

  get counts(): ThrottleCounts {
    const { totals } = this.#counters.advance();
    return { requests: totals.slice(0, ACCEPTS), accepts: totals[ACCEPTS] as number };
  }

  /** Counts a request, whether or not it was let through. */
  record(priority: Priority, accepted: boolean): void {
    this.#counters.advance().add(PRIORITIES.indexOf(priority), 1);
    if (accepted) this.#counters.add(ACCEPTS, 1);
  }
}
