import { type LatencyEstimate } from './latency-sample.js';

/**
 * Allowing half as many calls must leave less than this part of the throughput for the latency to be that of calls
 * which do not wait for each other. It is between 1, where all of them still waited, and 0.5, where none did before.
 */
const UNSATURATED = 0.75;

/**
 * Lowers the number of calls for a moment, to measure how long a call takes when it does not wait for others. It halves
 * the number until the throughput falls with it: by Little's law that is the number of calls over their latency, and as
 * long as halving the number halves the latency as well, the calls below had been waiting.
 *
 * Measuring while lowering is Envoy's adaptive concurrency filter and TCP BBR's ProbeRTT; these go down to a fixed number
 * (3 and 4), which would cost a large service most of its throughput each time and does not help one that can do 1.
 */
export class BaselineProbe {
  #target: number;
  #ended = 0;
  #throughput: number;

  /**
   * @param startedAt On the monotonic clock.
   * @param from How many calls are allowed so far.
   * @param latency Their latency.
   * @param min The fewest calls that may ever be allowed.
   */
  constructor(
    readonly startedAt: number,
    private from: number,
    latency: LatencyEstimate,
    private readonly min: number,
  ) {
    this.#target = this.#half(from);
    this.#throughput = throughput(from, latency);
  }

  /**
   * How many calls are allowed now. On the way down one is let in for every two that end, so that a service under load
   * is never closed altogether, and calls that last for long are not waited for.
   */
  get allowed(): number {
    return Math.max(this.#target, this.from - Math.floor(this.#ended / 2));
  }

  /** The lowest number at which all that was possible was still done. */
  get saturated(): number {
    return this.from;
  }

  /** Whether the number is still on its way down. */
  get descending(): boolean {
    return this.allowed > this.#target;
  }

  /** A call left `inside` others behind. `true` when the number has now come down. */
  left(inside: number): boolean {
    if (!this.descending) return false;
    this.#ended += 1;
    if (inside < this.#target) this.#ended = 2 * this.from;
    return !this.descending;
  }

  /**
   * Looks at the latency at the number that it came down to, where at most `peak` calls were under way. `true` when it
   * is that of calls which do not wait; otherwise the number goes down further.
   */
  finds(latency: LatencyEstimate, peak: number): boolean {
    const reached = throughput(this.#target, latency);
    if (
      this.#target === this.min ||
      peak < this.#target ||
      reached - this.#throughput < Math.log(UNSATURATED)
    ) {
      return true;
    }
    this.from = this.#target;
    this.#target = this.#half(this.from);
    this.#ended = 0;
    this.#throughput = reached;
    return false;
  }

  #half(number: number): number {
    return Math.max(this.min, Math.floor(number / 2));
  }
}

/** The logarithm of Little's law. */
function throughput(calls: number, { mean }: LatencyEstimate): number {
  return Math.log(calls) - mean;
}
