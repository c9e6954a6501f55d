import { type Clock } from '@rookery/common';
import { bucketOf, LATENCY_BUCKETS, upperBoundOf } from './latency-buckets.js';
import { RankedCounts } from './ranked-counts.js';

/**
 * The latencies of the last while, in 2 KB whatever their number, for a quantile at the price of a few additions. Every
 * half window the older half is forgotten at once: a latency counts for at least half of the window and at most all of it.
 */
export class LatencyWindow {
  #both = new RankedCounts(LATENCY_BUCKETS);
  #newer = new RankedCounts(LATENCY_BUCKETS);
  #since: number;

  constructor(
    private windowMs: number,
    private readonly clock: Clock,
  ) {
    this.#since = clock.monotonic();
  }

  /** How many latencies it knows. */
  get count(): number {
    this.#forget();
    return this.#both.total;
  }

  record(ms: number): void {
    this.#forget();
    const bucket = bucketOf(ms);
    this.#both.add(bucket);
    this.#newer.add(bucket);
  }

  /** What this share of the latencies stays below, at most one part in sixteen too long. There must be at least one. */
  quantile(share: number): number {
    return upperBoundOf(this.#both.find(Math.ceil(share * this.count)));
  }

  /** Goes on with what it knows under another window. */
  resize(windowMs: number): void {
    this.#forget();
    this.windowMs = windowMs;
  }

  #forget(): void {
    const half = this.windowMs / 2;
    const halves = Math.floor((this.clock.monotonic() - this.#since) / half);
    if (halves === 0) return;
    this.#since += halves * half;
    // What was the newer half is all that is left; the emptied one counts the half that begins.
    [this.#both, this.#newer] = [this.#newer, this.#both];
    this.#newer.clear();
    if (halves > 1) this.#both.clear();
  }
}
