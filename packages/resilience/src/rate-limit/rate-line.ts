import { type Clock, type ScheduledTask } from '@rookery/common';
import { LinkedQueue } from '../waiting/linked-queue.js';
import { Waiter } from '../waiting/waiter.js';
import { type Rate, TokenBucket } from './token-bucket.js';

interface Waiting {
  readonly waiter: Waiter;
  /** On the monotonic clock. */
  readonly deadline: number;
}

/**
 * A token bucket and the calls that wait for its tokens, first in, first out. A call knows from the start when its turn
 * comes. One that leaves gives its token to those behind it, who all move up. A timer runs only while somebody waits.
 */
export class RateLine {
  readonly #bucket: TokenBucket;
  readonly #line = new LinkedQueue<Waiting>();
  #timer: ScheduledTask | undefined;
  /** What was told last: `occupied`, or `emptied`. */
  #toldOccupied = false;

  /** @param tooLate Makes the error of one whose turn would come after its deadline, told in how many milliseconds. */
  constructor(
    rate: Rate,
    private readonly clock: Clock,
    private readonly tooLate: (msUntilTurn: number) => Error,
  ) {
    this.#bucket = new TokenBucket(rate, clock.monotonic());
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** Whether the bucket is full, so that a new one would do as well. */
  get isFull(): boolean {
    return this.#bucket.isFull(this.clock.monotonic());
  }

  /** Whole milliseconds until the turn of a call that joins the line now. */
  get msUntilTurn(): number {
    return this.#msUntil(this.waiting + 1);
  }

  /** Takes a token if there is one that nobody waits for. */
  tryPass(): boolean {
    return this.waiting === 0 && this.#bucket.tryTake(this.clock.monotonic());
  }

  /** Waits for a token, for a call that `tryPass` left out. Rejects with the signal's reason when it aborts. */
  wait(signal: AbortSignal | undefined, deadline: number): Promise<void> {
    const line = this.#line;
    const waiter = new Waiter(signal, () => {
      line.remove(place);
      this.#afterLeaving();
    });
    const place = line.add({ waiter, deadline });
    if (!this.#toldOccupied) {
      this.#toldOccupied = true;
      this.occupied();
    }
    this.#wake();
    return waiter.turn;
  }

  /**
   * Goes on with another rate. Who waits stays, unless the turn comes too late for the deadline now.
   */
  change(rate: Rate): void {
    this.#bucket.change(rate, this.clock.monotonic());
    for (const { waiter, msUntilTurn } of this.#late()) waiter.giveUp(() => this.tooLate(msUntilTurn));
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wake();
  }

  /** Told when the first call begins to wait; in turns with `emptied`. */
  protected occupied(): void {}

  /** Told when the last call that waited is gone. */
  protected emptied(): void {}

  #late() {
    const now = this.clock.monotonic();
    const late: { waiter: Waiter; msUntilTurn: number }[] = [];
    let staying = 0;
    for (const { waiter, deadline } of this.#line) {
      const msUntilTurn = this.#msUntil(staying + 1);
      if (now + msUntilTurn >= deadline) late.push({ waiter, msUntilTurn });
      else staying += 1;
    }
    return late;
  }

  #msUntil(tokens: number): number {
    return this.#bucket.msUntil(tokens, this.clock.monotonic());
  }

  /** Runs the timer for the next token. Node's timers may fire a little early, and then it runs once more. */
  #wake(): void {
    if (this.#timer || this.waiting === 0) return;
    this.#timer = this.clock.schedule(this.#msUntil(1), () => {
      this.#timer = undefined;
      this.#admit();
      this.#afterLeaving();
    });
  }

  #admit(): void {
    const line = this.#line;
    const now = this.clock.monotonic();
    for (let place = line.first; place; place = line.first) {
      const { waiter, deadline } = place.item;
      if (deadline <= now) waiter.giveUp(() => this.tooLate(0));
      else if (this.#bucket.tryTake(now)) {
        line.remove(place);
        waiter.admit();
      } else return;
    }
  }

  #afterLeaving(): void {
    if (this.waiting > 0) return this.#wake();
    this.#timer?.cancel();
    this.#timer = undefined;
    // The last one may have left while the timer ran, which comes here as well.
    if (!this.#toldOccupied) return;
    this.#toldOccupied = false;
    this.emptied();
  }
}
