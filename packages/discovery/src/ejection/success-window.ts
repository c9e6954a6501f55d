/** Ten slices a window, as in Finagle's windowed counters: at most a tenth of the window goes at once. */
const SLICES = 10;

/** How many of the calls of the last while have succeeded, to a tenth of that while. */
export class SuccessWindow {
  readonly #calls = Array.from({ length: SLICES }, () => 0);
  readonly #successes = Array.from({ length: SLICES }, () => 0);
  readonly #sliceMs: number;
  /** The number of the newest slice, counted from the clock's start. */
  #newest = 0;
  #allCalls = 0;
  #allSuccesses = 0;

  constructor(sizeMs: number) {
    this.#sliceMs = sizeMs / SLICES;
  }

  record(succeeded: boolean, now: number): void {
    this.#forget(now);
    const slice = this.#newest % SLICES;
    this.#calls[slice] = (this.#calls[slice] ?? 0) + 1;
    this.#allCalls += 1;
    if (!succeeded) return;
    this.#successes[slice] = (this.#successes[slice] ?? 0) + 1;
    this.#allSuccesses += 1;
  }

  calls(now: number): number {
    this.#forget(now);
    return this.#allCalls;
  }

  /** From 0 to 1; 1 when nothing was called. */
  rate(now: number): number {
    this.#forget(now);
    return this.#allCalls === 0 ? 1 : this.#allSuccesses / this.#allCalls;
  }

  clear(): void {
    this.#calls.fill(0);
    this.#successes.fill(0);
    this.#allCalls = 0;
    this.#allSuccesses = 0;
  }

  #forget(now: number): void {
    const newest = Math.floor(now / this.#sliceMs);
    const passed = Math.min(newest - this.#newest, SLICES);
    for (let step = 1; step <= passed; step += 1) {
      const slice = (this.#newest + step) % SLICES;
      this.#allCalls -= this.#calls[slice] ?? 0;
      this.#allSuccesses -= this.#successes[slice] ?? 0;
      this.#calls[slice] = 0;
      this.#successes[slice] = 0;
    }
    this.#newest = Math.max(this.#newest, newest);
  }
}
