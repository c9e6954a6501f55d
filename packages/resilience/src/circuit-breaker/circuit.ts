import { type OpenReason } from '../events/resilience-event.js';
import { type HalfOpenTrials } from './half-open-trials.js';

/** What a circuit does with calls: lets all through, none, or a few to see how they fare. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** A state with what belongs to it. */
export type CircuitPhase =
  | { readonly state: 'closed' }
  /** `until` is on the monotonic clock. */
  | { readonly state: 'open'; readonly until: number; readonly reason: OpenReason }
  | { readonly state: 'half-open'; readonly trials: HalfOpenTrials };

/** What a breaker says about an error: count it as a failure, or count it for nothing. */
export type Verdict = 'failure' | 'ignored';

/** What the breaker policy needs of an engine. */
export interface Circuit {
  /** The state at this moment. Looking at it also brings it up to date. */
  readonly phase: CircuitPhase;
  /** Whether a call would be let through now. */
  readonly admits: boolean;
  /** Makes a call that was admitted, and records how it ended. `judge` must not throw. */
  run<T>(work: () => Promise<T>, judge: (error: unknown) => Verdict): Promise<T>;
}
