/** After this time a measurement counts for 1/e of its value. The value of Finagle and Linkerd. */
export const DECAY_MS = 10_000;

/**
 * How slow somebody is at present: a moving average that jumps up at once with a slow answer and forgets it slowly.
 * It also decays while nothing is measured, so that whoever was slow is tried again after a while.
 *
 * Algorithm: peak EWMA, as in Finagle's `PeakEwma.scala`; the weight for unevenly spaced samples is
 * exp(-elapsed / decay).
 */
export class PeakEwma {
  #cost = 0;
  #measuredAt = 0;
  #measured = false;

  constructor(private readonly decayMs = DECAY_MS) {}

  /** Whether anything was measured yet. */
  get measured(): boolean {
    return this.#measured;
  }

  /** The cost in milliseconds, as of `now` on the steady clock. */
  read(now: number): number {
    return this.#cost * this.#weight(now);
  }

  observe(milliseconds: number, now: number): void {
    const weight = this.#weight(now);
    const decayed = this.#cost * weight;
    // Compared after the decay, or an old peak would hide that somebody is slow again.
    this.#cost = milliseconds > decayed ? milliseconds : this.#cost * weight + milliseconds * (1 - weight);
    this.#measuredAt = now;
    this.#measured = true;
  }

  /** Forgets everything before this one measurement. */
  restart(milliseconds: number, now: number): void {
    this.#cost = 0;
    this.observe(milliseconds, now);
  }

  #weight(now: number): number {
    return Math.exp(-Math.max(0, now - this.#measuredAt) / this.decayMs);
  }
}
