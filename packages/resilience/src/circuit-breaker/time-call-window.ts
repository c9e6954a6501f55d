import { type Clock } from '@rookery/common';
import { type CallWindow } from './call-window.js';

/** Ten slices a window, as in opossum, Polly and Hystrix: at most a tenth of the window goes at once. */
const SLICES = 10;

/**
 * The calls of the last `sizeMs` milliseconds, counted in slices. Old slices go when somebody looks, not by a timer, so
 * an idle breaker costs nothing and one that was idle for long finds its window empty.
 */
export class TimeCallWindow implements CallWindow {
  readonly #calls = Array.from({ length: SLICES }, () => 0);
  readonly #failures = Array.from({ length: SLICES }, () => 0);
  #totalCalls = 0;
  #totalFailures = 0;
  #slice: number;

  constructor(
    private readonly sizeMs: number,
    private readonly clock: Clock,
  ) {
    this.#slice = this.#sliceNow();
  }

  get calls(): number {
    this.#dropOld();
    return this.#totalCalls;
  }

  get failures(): number {
    this.#dropOld();
    return this.#totalFailures;
  }

  record(failed: boolean): void {
    this.#dropOld();
    const index = this.#slice % SLICES;
    add(this.#calls, index, 1);
    this.#totalCalls += 1;
    if (!failed) return;
    add(this.#failures, index, 1);
    this.#totalFailures += 1;
  }

  clear(): void {
    this.#calls.fill(0);
    this.#failures.fill(0);
    this.#totalCalls = this.#totalFailures = 0;
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

  #drop(index: number): void {
    this.#totalCalls -= this.#calls[index] ?? 0;
    this.#totalFailures -= this.#failures[index] ?? 0;
    this.#calls[index] = this.#failures[index] = 0;
  }
}

function add(counts: number[], index: number, amount: number): void {
  counts[index] = (counts[index] ?? 0) + amount;
}
