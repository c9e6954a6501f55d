import { type Clock } from '@rookery/common';
import { SlidingCounters } from '../window/sliding-counters.js';
import { type CallWindow, type WindowCounts } from './call-window.js';

/** Ten slices a window, as in opossum, Polly and Hystrix: at most a tenth of the window goes at once. */
const SLICES = 10;

const CALLS = 0;
const FAILURES = 1;
const SLOW = 2;

/** The calls of the last `sizeMs` milliseconds. */
export class TimeCallWindow implements CallWindow {
  readonly #counters: SlidingCounters;

  constructor(sizeMs: number, clock: Clock) {
    this.#counters = new SlidingCounters(3, { sizeMs, slices: SLICES }, clock);
  }

  get counts(): WindowCounts {
    const { totals } = this.#counters.advance();
    return {
      calls: totals[CALLS] as number,
      failures: totals[FAILURES] as number,
      slow: totals[SLOW] as number,
    };
  }

  record(failed: boolean, slow: boolean): void {
    this.#counters.advance().add(CALLS, 1);
    if (failed) this.#counters.add(FAILURES, 1);
    if (slow) this.#counters.add(SLOW, 1);
  }

  clear(): void {
    this.#counters.clear();
  }
}
