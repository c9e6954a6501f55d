/** How fast a bucket fills, and how much it holds. */
export interface Rate {
  /** How many tokens come in each `perMs`, evenly. */
  readonly limit: number;
  /** In milliseconds. */
  readonly perMs: number;
  /** How many tokens the bucket holds. */
  readonly burst: number;
}

/**
 * A token bucket (ITU-T I.371, where it is the continuous-state leaky bucket turned over): it fills evenly up to the
 * burst, and each call takes a token out. So within any time `w` at most `burst + limit * w / perMs` calls get one. What
 * came in meanwhile is computed when somebody asks, so that no timer runs.
 *
 * The level is kept in parts of a token: a token has `perMs` of them, and each millisecond brings `limit`. These are
 * whole numbers where the clock counts whole milliseconds, so that nothing is lost or won by rounding.
 */
export class TokenBucket {
  #level: number;

  /** Starts full. @param at The time, in milliseconds of a clock that never goes back. */
  constructor(
    private rate: Rate,
    private at: number,
  ) {
    this.#level = this.#capacity;
  }

  /** Takes a token out; `false` when there is no whole one. */
  tryTake(now: number): boolean {
    this.#fill(now);
    if (this.#level < this.rate.perMs) return false;
    this.#level -= this.rate.perMs;
    return true;
  }

  /** Whole milliseconds, rounded up, until this many tokens are there or would be if the bucket held as many. */
  msUntil(tokens: number, now: number): number {
    this.#fill(now);
    const missing = tokens * this.rate.perMs - this.#level;
    return Math.max(0, Math.ceil(missing / this.rate.limit));
  }

  /** A full bucket is as good as a new one. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#level === this.#capacity;
  }

  /** Goes on with another rate; the bucket stays as full as it is, in proportion. */
  change(rate: Rate, now: number): void {
    this.#fill(now);
    const share = this.#level / this.#capacity;
    this.rate = rate;
    this.#level = share * this.#capacity;
  }

  get #capacity(): number {
    return this.rate.burst * this.rate.perMs;
  }

  #fill(now: number): void {
    this.#level = Math.min(this.#capacity, this.#level + (now - this.at) * this.rate.limit);
    this.at = now;
  }
}
