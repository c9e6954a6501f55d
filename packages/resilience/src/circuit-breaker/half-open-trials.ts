/** The trial calls of a half-open circuit. Every permit that is taken is used up by a success, or comes back. */
export class HalfOpenTrials {
  readonly #running = new Map<object, number>();
  #succeeded = 0;

  constructor(
    private limit: number,
    private maxDurationMs: number,
  ) {}

  get running(): number {
    return this.#running.size;
  }

  get succeeded(): number {
    return this.#succeeded;
  }

  /** Whether one more trial may start. */
  get available(): boolean {
    return this.#succeeded + this.#running.size < this.limit;
  }

  /** Whether enough trials have succeeded. */
  get passed(): boolean {
    return this.#succeeded >= this.limit;
  }

  /** The moment at which the oldest running trial counts as failed; `Infinity` when none is running. */
  get overdueAt(): number {
    // A Map keeps the order in which the trials were added.
    const [startedAt = Infinity] = this.#running.values();
    return startedAt + this.maxDurationMs;
  }

  start(trial: object, now: number): void {
    this.#running.set(trial, now);
  }

  /** Takes the permit back, and tells whether the trial had one: what has ended once does not end again. */
  end(trial: object): boolean {
    return this.#running.delete(trial);
  }

  /** Uses up the permit of a trial that has ended. */
  succeed(): void {
    this.#succeeded += 1;
  }

  /** Goes on with other limits, for the trials under way as well. */
  adjust(limit: number, maxDurationMs: number): void {
    this.limit = limit;
    this.maxDurationMs = maxDurationMs;
  }
}
