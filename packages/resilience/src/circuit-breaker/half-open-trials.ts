/** The trial calls of a half-open circuit. Every permit that is taken is used up by a success, or comes back. */
export class HalfOpenTrials {
  readonly #running = new Map<object, number>();
  #succeeded = 0;

  constructor(
    private readonly limit: number,
    private readonly maxDurationMs: number,
  ) {}

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

  succeed(trial: object): void {
    if (this.#running.delete(trial)) this.#succeeded += 1;
  }

  /** The trial said nothing, so another one may start in its place. */
  giveBack(trial: object): void {
    this.#running.delete(trial);
  }
}
