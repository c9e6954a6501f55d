import { type Clock, type Random } from '@rookery/common';
import { Baseline } from './baseline.js';
import { BaselineProbe } from './baseline-probe.js';
import { CallCohort, type CallEnd, type CohortSize } from './call-cohort.js';
import { gradient, nextLimit } from './gradient.js';
import { type LatencyEstimate } from './latency-sample.js';
import { type LimitBounds, within } from './limit-bounds.js';

/** The calls that one step goes by. */
const STEP: CohortSize = { fewest: 30, minMs: 100, most: Infinity };

/** The calls that a probe goes by: more, since all steps until the next one rely on it. */
const PROBE: CohortSize = { fewest: 20, minMs: 1_000, most: 50 };

/** A probe begins this long after the one before, in milliseconds, give or take a tenth so that instances do not agree. */
const PROBE_EVERY_MS = 30_000;

/** And no sooner than after this many times as long as the one before took, because it costs throughput. */
const PROBE_REST = 10;

/** The same for a probe that is due because the latency rose. */
const PROBE_REST_WHEN_SLOWER = 3;

/** From this share of overload signs on there is no doubt why the number shrinks. */
const DOUBTLESS = 0.1;

/** Under this part of the allowed number, the number is not what bounds the calls. */
const IN_USE = 0.5;

/** A probe starts from a cohort that had at least this part of the allowed number under way from its start. */
const SATURATED = 0.75;

/** One call that was let in. */
export interface Admission {
  readonly startedAt: number;
  /** `undefined` when the cohort of that time was full. */
  readonly cohort: CallCohort | undefined;
  /** When the first value of a stream came, which is what its reader waited for. */
  answeredAt: number | undefined;
}

/**
 * Finds how many calls a service can do at once from how long they take. Step by step, for one cohort of calls after
 * the other, the number follows the gradient of their latency over that of calls which do not wait; a probe measures
 * the latter anew from time to time. The constants were chosen by simulation, see `test/concurrency-limit.simulation.spec.ts`.
 *
 * `inside` is how many calls are under way, wherever it is asked for.
 */
export class AdaptiveLimit {
  #limit: number;
  #baseline = new Baseline();
  #cohort: CallCohort;
  #probe: BaselineProbe | undefined;
  #probeAt = -Infinity;
  #earlyProbeAt = -Infinity;
  /** Shrinking below this needs a new probe: it may be that calls became slower by themselves, and do not wait. */
  #floor = 0;
  #latency: LatencyEstimate | undefined;

  constructor(
    private bounds: LimitBounds,
    initial: number,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly random: Random,
  ) {
    this.#limit = initial;
    this.#cohort = new CallCohort(clock.monotonic(), STEP, this.allowed, 0);
  }

  /** How many calls it takes for right, as a whole number. */
  get learned(): number {
    return Math.round(this.#limit);
  }

  /** How many calls may be under way now: as many as learned, and fewer during a probe. */
  get allowed(): number {
    return within(this.bounds, Math.min(this.learned, this.#probe?.allowed ?? Infinity));
  }

  /** How long calls took lately, in milliseconds; `undefined` as long as nothing is known. */
  get latencyMs(): number | undefined {
    return this.#latency && Math.exp(this.#latency.mean);
  }

  /** Goes on within other bounds with what it has learned. */
  resize(bounds: LimitBounds): void {
    this.bounds = bounds;
    this.#limit = within(bounds, this.#limit);
  }

  /** A call begins; `inside` counts it already. */
  admit(inside: number): Admission {
    const startedAt = this.clock.monotonic();
    const cohort = this.#cohort;
    return {
      startedAt,
      cohort: cohort.join(startedAt, inside) ? cohort : undefined,
      answeredAt: undefined,
    };
  }

  /** The first value of a stream came. */
  answered(admission: Admission): void {
    admission.answeredAt = this.clock.monotonic();
  }

  /** A call found no room. */
  turnedAway(): void {
    this.#cohort.pressed = true;
  }

  /** Nothing of a call's work is left. */
  left(inside: number): void {
    if (this.#probe?.left(inside)) this.#begin(this.clock.monotonic(), inside);
  }

  /** A call ended. */
  settle({ cohort, startedAt, answeredAt }: Admission, end: CallEnd, inside: number): void {
    const now = this.clock.monotonic();
    cohort?.record(end, (answeredAt ?? now) - startedAt);
    if (this.#probe?.descending || !this.#cohort.isComplete(now)) return;
    const complete = this.#cohort;
    this.#latency = complete.latencies.estimate ?? this.#latency;
    if (this.#probe) this.#judge(this.#probe, complete, now);
    else this.#step(complete, now);
    this.#begin(now, inside);
  }

  #begin(now: number, inside: number): void {
    this.#cohort = new CallCohort(now, this.#probe ? PROBE : STEP, this.allowed, inside);
  }

  #step(cohort: CallCohort, now: number): void {
    const latency = cohort.latencies.estimate;
    if (latency) this.#baseline.seen(latency);
    if (cohort.peak < IN_USE * cohort.allowed) return;
    const baseline = this.#baseline.estimate;
    const factor = latency && baseline ? gradient(baseline, latency) : 1;
    const adapted = nextLimit(this.#limit, factor, cohort.overloaded);
    // More than anybody asks for would all be let in at once when the load comes.
    const next = cohort.pressed ? adapted : Math.min(adapted, this.#limit);
    const doubtful = next < Math.min(this.#limit, this.#floor) && cohort.overloaded < DOUBTLESS;
    if (latency && this.#shouldProbe(cohort, doubtful, now)) this.#startProbe(latency, now);
    else this.#limit = within(this.bounds, doubtful ? Math.min(this.#limit, this.#floor) : next);
  }

  /** Only where calls find no room: otherwise nobody needs to know, and a probe would turn calls away for nothing. */
  #shouldProbe(cohort: CallCohort, doubtful: boolean, now: number): boolean {
    if (cohort.inside < SATURATED * cohort.allowed) return false;
    return (cohort.pressed && now >= this.#probeAt) || (doubtful && now >= this.#earlyProbeAt);
  }

  #startProbe(latency: LatencyEstimate, now: number): void {
    if (this.allowed > this.bounds.min) {
      this.#probe = new BaselineProbe(now, this.allowed, latency, this.bounds.min);
    } else {
      // There is no lower number to look at.
      this.#baseline.measured(latency);
      this.#scheduleProbe(now, 0);
    }
  }

  #judge(probe: BaselineProbe, cohort: CallCohort, now: number): void {
    const latency = cohort.latencies.estimate;
    if (latency) {
      if (!probe.finds(latency, cohort.peak)) return;
      this.#baseline.measured(latency);
      // All that was possible was done with this many, so there is no need to go down from far above step by step.
      this.#limit = within(this.bounds, Math.min(this.#limit, probe.saturated));
      this.#floor = this.#limit / 2;
    }
    this.#probe = undefined;
    this.#scheduleProbe(now, now - probe.startedAt);
  }

  #scheduleProbe(now: number, tookMs: number): void {
    const pause = Math.max(PROBE_EVERY_MS, PROBE_REST * tookMs);
    this.#probeAt = now + pause * (0.9 + 0.2 * this.random());
    this.#earlyProbeAt = now + PROBE_REST_WHEN_SLOWER * tookMs;
  }
}
