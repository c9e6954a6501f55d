import { LatencySample } from './latency-sample.js';

/**
 * How the end of a call counts: its latency, as a sign of overload, or not at all.
 */
export type CallEnd = 'success' | 'overload' | 'ignored';

/** How many calls make up a cohort. */
export interface CohortSize {
  /** It is full with this many calls, once it is `minMs` old. */
  readonly fewest: number;
  readonly minMs: number;
  /** It is full with this many calls, however young it is. */
  readonly most: number;
}

/** The part of a cohort that must have ended before anything is made of it. */
const ENOUGH = 0.9;

/**
 * The slowest calls are waited for until the cohort is this many times as old as when `ENOUGH` had ended. Leaving them
 * out would make every latency look shorter; waiting for one that hangs would stop the limit from adapting.
 */
const PATIENCE = 4;

/**
 * Calls that were let in one after the other, and what came of them. A cohort is judged when its calls have ended. The
 * calls that happen to end in a while are no fair sample of those under way: the fast ones end first.
 */
export class CallCohort {
  readonly latencies = new LatencySample();
  /** The most calls that were under way at once. */
  peak: number;
  /** Whether a call found no room meanwhile. */
  pressed = false;
  #size = 0;
  #ended = 0;
  #overloads = 0;
  #full = false;
  #patientUntil: number | undefined;

  constructor(
    private readonly startedAt: number,
    private readonly sizes: CohortSize,
    /** How many calls were allowed when it began. */
    readonly allowed: number,
    /** How many calls were under way when it began. */
    readonly inside: number,
  ) {
    this.peak = inside;
  }

  /** The share of its calls that ended with a sign of overload, among those that count. */
  get overloaded(): number {
    const counted = this.#overloads + this.latencies.count;
    return counted === 0 ? 0 : this.#overloads / counted;
  }

  /** Takes a call in that begins now; `false` when it is full. */
  join(now: number, inside: number): boolean {
    this.peak = Math.max(this.peak, inside);
    if (this.#full) return false;
    this.#size += 1;
    const { fewest, minMs, most } = this.sizes;
    this.#full = this.#size >= most || (this.#size >= fewest && now - this.startedAt >= minMs);
    return true;
  }

  /** One of its calls has ended. */
  record(end: CallEnd, latencyMs: number): void {
    this.#ended += 1;
    if (end === 'success') this.latencies.add(latencyMs);
    else if (end === 'overload') this.#overloads += 1;
  }

  /** Whether it can be judged. */
  isComplete(now: number): boolean {
    if (!this.#full || this.#ended < ENOUGH * this.#size) return false;
    this.#patientUntil ??= this.startedAt + PATIENCE * (now - this.startedAt);
    return this.#ended === this.#size || now > this.#patientUntil;
  }
}
