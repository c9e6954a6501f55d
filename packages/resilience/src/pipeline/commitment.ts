/**
 * The point from which a call cannot be taken back: the first value of a stream that reached its reader. From then on
 * it is neither retried nor replaced by a fallback, and no timeout ends it. A call with a single result never commits.
 */
export class Commitment {
  #made = false;
  readonly #listeners: (() => void)[] = [];

  get made(): boolean {
    return this.#made;
  }

  /** Runs the listener once the call is committed. */
  onceMade(listener: () => void): void {
    this.#listeners.push(listener);
  }

  make(): void {
    if (this.#made) return;
    this.#made = true;
    for (const listener of this.#listeners) listener();
  }
}
