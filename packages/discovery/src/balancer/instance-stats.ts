import { PeakEwma } from './peak-ewma.js';

/** How a call ended, as far as the instance is concerned. `ignored`: nothing was learnt, as when the caller gave up. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

/** What a failure counts as, unless the instance asks its callers to stay away for longer. */
const FAILURE_PENALTY_MS = 5_000;

/** The longest that an instance can ask its callers to stay away. */
const MAX_PENALTY_MS = 300_000;

/** What is known of one instance from the calls that were sent to it. */
export class InstanceStats {
  #pending = 0;
  readonly #cost = new PeakEwma();

  /** Calls that have not ended yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Whether a call to it has ever been measured. */
  get measured(): boolean {
    return this.#cost.measured;
  }

  /** How slow its answers are at present, in milliseconds. */
  cost(now: number): number {
    return this.#cost.read(now);
  }

  started(): void {
    this.#pending += 1;
  }

  /**
   * A failure counts as a very slow answer. Its real time must not count: an instance that fails at once would look
   * like the fastest and draw all calls to itself. Nor may a failure make a slow instance look faster.
   * What the instance asks for only lengthens the penalty: `Retry-After: 0` would undo it.
   * Rule and constants: the load biaser of linkerd2-proxy, 2026, which lets a hint shorten it as well.
   */
  ended(outcome: CallOutcome, elapsedMs: number, now: number, retryAfterMs?: number): void {
    this.#pending -= 1;
    if (outcome === 'ignored') return;
    const penalty = Math.min(Math.max(retryAfterMs ?? 0, FAILURE_PENALTY_MS), MAX_PENALTY_MS);
    this.#cost.observe(outcome === 'success' ? elapsedMs : Math.max(this.#cost.read(now), penalty), now);
  }
}
