/** A latency as one learns it from a few calls: its logarithm, and how uncertain that is. */
export interface LatencyEstimate {
  /** The mean of the logarithms of the latencies in milliseconds. */
  readonly mean: number;
  /** The variance of that mean, the square of its standard error. */
  readonly variance: number;
}

/** What is faster than this, in milliseconds, is taken for as fast: a logarithm of 0 would be worth any number of calls. */
const FASTEST_MS = 0.001;

/**
 * Latencies, summed up. Of their logarithms, because latencies have a long tail: a few slow calls say little about all,
 * and would make up most of a plain mean. Queueing makes every call slower and so moves this mean as well.
 */
export class LatencySample {
  #count = 0;
  #sum = 0;
  #squares = 0;

  get count(): number {
    return this.#count;
  }

  /** Two latencies are the fewest that tell how uncertain they are. */
  get estimate(): LatencyEstimate | undefined {
    if (this.#count < 2) return undefined;
    const mean = this.#sum / this.#count;
    // Rounding can make the variance of equal latencies a little negative.
    const spread = Math.max(0, this.#squares / this.#count - mean * mean);
    return { mean, variance: spread / this.#count };
  }

  add(latencyMs: number): void {
    const logarithm = Math.log(Math.max(latencyMs, FASTEST_MS));
    this.#count += 1;
    this.#sum += logarithm;
    this.#squares += logarithm * logarithm;
  }
}

/** The standard error of the difference of two estimates. */
export function errorOf(a: LatencyEstimate, b: LatencyEstimate): number {
  return Math.sqrt(a.variance + b.variance);
}
