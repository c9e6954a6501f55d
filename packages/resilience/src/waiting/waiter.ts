import { type Clock, type ScheduledTask } from '@rookery/common';

/** One call that waits for its turn. It ends once, admitted or not; what comes later changes nothing. */
export class Waiter {
  /** Resolves when its turn has come, and rejects when it never will. */
  readonly turn: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #timer: ScheduledTask | undefined;
  #over = false;
  readonly #onAbort = () => this.giveUp(() => this.signal?.reason);

  /**
   * @param signal Ends the wait once it aborts; the turn rejects with its reason.
   * @param leave Takes the waiter out of its line. Called when the waiter gives up.
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
    this.#timer = clock.schedule(ms, () => this.giveUp(late));
  }

  /** Its turn has come. Whoever says so has taken it out of the line. */
  admit(): void {
    this.#end();
    this.#resolve();
  }

  /**
   * Its turn will not come, and it leaves the line. What it is told is made only then, since that may be an event whose
   * listener changes who waits.
   */
  giveUp(reason: () => unknown): void {
    if (this.#over) return;
    this.leave(this);
    this.#end();
    this.#reject(reason());
  }

  #end(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.signal?.removeEventListener('abort', this.#onAbort);
  }
}
