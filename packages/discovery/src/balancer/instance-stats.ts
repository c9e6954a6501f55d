import { type Standing } from '../ejection/standing.js';
import { DECAY_MS, PeakEwma } from './peak-ewma.js';

/** How a call ended, as far as the instance is concerned. `ignored`: nothing was learnt, as when the caller gave up. */
export type CallOutcome = 'success' | 'failure' | 'ignored';

/** What an instance says about itself with its answer. */
export interface LoadReport {
  /** How busy it is, from 0 to 1, such as the share of time in which its event loop has work. */
  readonly utilization?: number | undefined;
}

/** What a failure counts as, unless the instance asks its callers to stay away for longer. */
const FAILURE_PENALTY_MS = 5_000;

/** The longest that an instance can ask its callers to stay away. */
const MAX_PENALTY_MS = 300_000;

/** Whoever is busier than this counts as that busy, so that the busiest counts as twenty times an idle one. */
const MAX_UTILIZATION = 0.95;

/** What is known of one instance from the calls that were sent to it. */
export class InstanceStats {
  #pending = 0;
  #utilization = 0;
  #reportedAt = 0;
  #cost = new PeakEwma();
  /** Calls that were sent before tell what it was like then. */
  #anewSince = -Infinity;

  /** @param standing Whether it may be called; unset when nobody is ever ejected. */
  constructor(readonly standing?: Standing) {}

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

  /** How busy it says it is, from 0 to 1; 0 for one that says nothing. Forgotten as fast as a latency. */
  utilization(now: number): number {
    if (this.#utilization === 0) return 0;
    return this.#utilization * Math.exp(-Math.max(0, now - this.#reportedAt) / DECAY_MS);
  }

  /**
   * How much longer a call takes there than at an idle one: 1 / (1 - utilization), the response time of an M/M/1 queue.
   * It sees what other callers do to the instance, which the own calls in flight do not show.
   */
  crowding(now: number): number {
    return 1 / (1 - this.utilization(now));
  }

  /** Whether a call that was sent then tells what the instance is like now: none does that was sent before it recovered. */
  isTelling(sentAt: number): boolean {
    return sentAt >= this.#anewSince;
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
    if (!this.isTelling(now - elapsedMs)) return;
    if (outcome === 'ignored') return this.#leftAfter(elapsedMs, now);
    const penalty = Math.min(Math.max(retryAfterMs ?? 0, FAILURE_PENALTY_MS), MAX_PENALTY_MS);
    this.#cost.observe(outcome === 'success' ? elapsedMs : Math.max(this.#cost.read(now), penalty), now);
  }

  /** The answer of a call that goes on has begun. */
  answered(elapsedMs: number, now: number): void {
    if (this.isTelling(now - elapsedMs)) this.#cost.observe(elapsedMs, now);
  }

  /** A call has ended of which everything is known already. */
  left(): void {
    this.#pending -= 1;
  }

  /** What the instance has said about itself; anything but a share from 0 to 1 is brought into these bounds. */
  reported({ utilization }: LoadReport, now: number): void {
    if (utilization === undefined || Number.isNaN(utilization)) return;
    this.#utilization = Math.min(Math.max(utilization, 0), MAX_UTILIZATION);
    this.#reportedAt = now;
  }

  /**
   * What its calls have cost is forgotten, and so is what those still cost that are under way: they have measured a hang that
   * is over. It gets one call at a time until it has shown anew what it is like.
   */
  forget(now: number): void {
    this.#cost = new PeakEwma();
    this.#anewSince = now;
  }

  /**
   * The instance has proved that it works again, by an answer after this time. What its failures have cost is
   * forgotten, also that of the calls that were sent before this one, or it would be passed over for a minute more.
   */
  recovered(elapsedMs: number, now: number): void {
    this.#cost.restart(elapsedMs, now);
    this.#anewSince = now - elapsedMs;
  }

  /**
   * Nobody waited for the answer any longer, so all that is known is that it takes at least this long. Without it, one
   * that hangs would look as fast as it was before, for as long as hedges overtake all calls to it.
   */
  #leftAfter(elapsedMs: number, now: number): void {
    if (this.measured && elapsedMs > this.#cost.read(now)) this.#cost.observe(elapsedMs, now);
  }
}
