import { type CallWindow, type WindowCounts } from './call-window.js';

/** One bit each, so that a call takes one byte. */
const FAILED = 1;
const SLOW = 2;

/** The last `size` calls, in a ring. */
export class CountCallWindow implements CallWindow {
  readonly #ring: Uint8Array;
  #next = 0;
  #calls = 0;
  #failures = 0;
  #slow = 0;

  constructor(private readonly size: number) {
    this.#ring = new Uint8Array(size);
  }

  get counts(): WindowCounts {
    return { calls: this.#calls, failures: this.#failures, slow: this.#slow };
  }

  record(failed: boolean, slow: boolean): void {
    // A slot that was never written is 0 and takes nothing off.
    const gone = this.#ring[this.#next] ?? 0;
    this.#ring[this.#next] = (failed ? FAILED : 0) | (slow ? SLOW : 0);
    this.#failures += Number(failed) - Number((gone & FAILED) !== 0);
    this.#slow += Number(slow) - Number((gone & SLOW) !== 0);
    this.#next = (this.#next + 1) % this.size;
    this.#calls = Math.min(this.#calls + 1, this.size);
  }

  clear(): void {
    this.#ring.fill(0);
    this.#next = this.#calls = this.#failures = this.#slow = 0;
  }
}
