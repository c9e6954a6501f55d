import { type CallWindow } from './call-window.js';

/** The last `size` calls, in a ring. */
export class CountCallWindow implements CallWindow {
  readonly #ring: Uint8Array;
  #next = 0;
  #calls = 0;
  #failures = 0;

  constructor(private readonly size: number) {
    this.#ring = new Uint8Array(size);
  }

  get calls(): number {
    return this.#calls;
  }

  get failures(): number {
    return this.#failures;
  }

  record(failed: boolean): void {
    const entry = failed ? 1 : 0;
    // A slot that was never written is 0 and takes nothing off.
    this.#failures += entry - (this.#ring[this.#next] ?? 0);
    this.#ring[this.#next] = entry;
    this.#next = (this.#next + 1) % this.size;
    this.#calls = Math.min(this.#calls + 1, this.size);
  }

  clear(): void {
    this.#ring.fill(0);
    this.#next = this.#calls = this.#failures = 0;
  }
}
