import { type Clock, type ScheduledTask } from '@rookery/common';

/** One call that waits for its turn. It is admitted or refused, once. */
export class Waiter {
  /** Resolves when its turn has come, and rejects when it never will. */
  readonly turn: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #timer: ScheduledTask | undefined;
  readonly #onAbort = () => this.#giveUp(this.signal?.reason);

  /**
   * @param signal Ends the wait once it aborts; the turn rejects with its reason.
   * @param leave Takes the waiter out of its line. Called when the wait ends without the line's doing.
   */
  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly leave: (waiter: Waiter) => void,
  ) {
    this.turn = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Ends the wait after this time, with the error that `late` makes then. */
  waitAtMost(clock: Clock, ms: number, late: () => Error): void {
    this.#timer = clock.schedule(ms, () => this.#giveUp(late()));
  }

  /** Its turn has come. */
  admit(): void {
    this.#end();
    this.#resolve();
  }

  /** Its turn will not come. */
  refuse(error: unknown): void {
    this.#end();
    this.#reject(error);
  }

  #giveUp(error: unknown): void {
    this.leave(this);
    this.refuse(error);
  }

  #end(): void {
    this.#timer?.cancel();
    this.signal?.removeEventListener('abort', this.#onAbort);
  }
}
