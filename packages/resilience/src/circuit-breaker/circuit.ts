import { type Commitment } from '../pipeline/commitment.js';
import { type OpenReason } from '../events/resilience-event.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';
import { type WindowCounts } from './call-window.js';
import { type HalfOpenTrials } from './half-open-trials.js';

/**
 * What a circuit does with calls: lets all through and counts them, none, or a few to see how they fare. `forced-open`
 * and `disabled` are set by hand: none, or all uncounted. `metrics-only` is a mode: all, counted, without consequences.
 */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'forced-open' | 'disabled' | 'metrics-only';

/** A state that a circuit comes to by itself, with what belongs to it. Moments are on the monotonic clock. */
export type CircuitPhase =
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly since: number; readonly until: number; readonly reason: OpenReason }
  | { readonly state: 'half-open'; readonly trials: HalfOpenTrials };

/** How the end of a call counts; `ignored` is for nothing. */
export type Verdict = 'success' | 'failure' | 'ignored';

/** A call as an engine sees it. A judgement that throws counts as a failure, and its error ends the call. */
export interface CircuitCall {
  /** Set for streams only. */
  readonly commitment: Commitment | undefined;
  make(): Promise<unknown>;
  judgeResult(result: unknown): Verdict;
  judgeError(error: unknown): Verdict;
}

/** What an engine reports, at the moment at which it happens. */
export interface CircuitWatcher {
  onPhase(phase: CircuitPhase): void;
  /** A circuit in metrics-only mode would have opened. */
  onExceeded(reason: OpenReason): void;
}

/** What the breaker policy needs of an engine. */
export interface Circuit {
  /** The state at this moment. Looking at it also brings it up to date. */
  readonly phase: CircuitPhase;
  /**
   * `undefined` when a call would be let through now; otherwise in how many milliseconds one will be, or 0 when any moment
   * may be that one, because a trial ends. One look at the clock tells both, and none is needed while it is closed.
   */
  readonly refusesForMs: number | undefined;
  /** What the window holds now. */
  readonly counts: WindowCounts;
  /** Makes a call that was admitted, and records how it ended. */
  run(call: CircuitCall): Promise<unknown>;
  /** Closes it with nothing remembered; the calls under way will decide nothing. Reports nothing. */
  reset(): void;
  /** Opens it as its calls could have done. */
  trip(): void;
  /** Goes on with other settings, and with what it has learned. */
  reconfigure(settings: CircuitBreakerSettings): void;
}
