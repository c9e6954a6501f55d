import { type Picked } from '@rookery/discovery';

/** A pick of which it is not known yet whether a call will come of it. */
interface Waiting {
  readonly release: () => void;
}

/**
 * Picks that grpc-js has not made a call of yet. It may never do so, when the call was cancelled or the connection was lost in
 * between, and tells nobody. So a pick is counted from the moment it is made, because many are often made in one go and each
 * has to see those before it; and it is given back when no call has come of it by the end of the turn.
 */
export class StartedCalls {
  #waiting = new Set<Waiting>();

  /**
   * Counts a pick.
   *
   * @param again Picks the same instance again: with credentials that take their time, a call starts later than expected.
   * @returns To be called when the call starts. It gives what counts then, if the instance has not left meanwhile.
   */
  count(picked: Picked, again: () => Picked | undefined): () => Picked | undefined {
    let counted: Picked | undefined = picked;
    const waiting: Waiting = {
      release: () => {
        picked.done('ignored');
        counted = undefined;
      },
    };
    if (this.#waiting.size === 0) setImmediate(() => this.#releaseAll());
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
      return (counted ??= again());
    };
  }

  #releaseAll(): void {
    const left = this.#waiting;
    this.#waiting = new Set();
    for (const { release } of left) release();
  }
}
