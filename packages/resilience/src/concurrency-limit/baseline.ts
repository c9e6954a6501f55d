import { errorOf, type LatencyEstimate } from './latency-sample.js';

/** Two estimates of one latency differ by more than this many standard errors in one of twenty cases. */
const SAME = 2;

/** And by more than this many in one of seven hundred, to the same side. */
const CLEARLY_LESS = 3;

/** That many cohorts in a row must be clearly faster before the baseline follows them. */
const CONVINCING = 3;

/** How long a call takes that does not wait for others. */
export class Baseline {
  #estimate: LatencyEstimate | undefined;
  #faster = 0;

  /** `undefined` until it was measured. */
  get estimate(): LatencyEstimate | undefined {
    return this.#estimate;
  }

  /** Takes over what a probe measured: with what was known, where it is the same as far as one can tell. */
  measured(latency: LatencyEstimate): void {
    const known = this.#estimate;
    this.#faster = 0;
    if (!known || Math.abs(known.mean - latency.mean) > SAME * errorOf(known, latency)) {
      this.#estimate = latency;
      return;
    }
    this.#estimate = {
      mean: (known.mean + latency.mean) / 2,
      variance: (known.variance + latency.variance) / 4,
    };
  }

  /**
   * Sees the latency of any cohort. Calls cannot be faster than those that do not wait, so when they clearly are, the
   * service has become faster. Never the other way: a baseline that follows slower calls drifts up in a long overload
   * until it takes the overload for normal (failsafe-go #127).
   */
  seen(latency: LatencyEstimate): void {
    const known = this.#estimate;
    if (!known) return;
    const clearly = known.mean - latency.mean > CLEARLY_LESS * errorOf(known, latency);
    this.#faster = clearly ? this.#faster + 1 : 0;
    if (this.#faster === CONVINCING) this.measured(latency);
  }
}
