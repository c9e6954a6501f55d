import { type Backoff, type Clock, type Random } from '@rookery/common';
import { type OpenReason } from '../events/resilience-event.js';
import { CallTally } from './call-tally.js';
import { type WindowCounts } from './call-window.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';
import {
  type Circuit,
  type CircuitCall,
  type CircuitPhase,
  type CircuitWatcher,
  type Verdict,
} from './circuit.js';
import { HalfOpenTrials } from './half-open-trials.js';
import { OPOSSUM_OPTIONS, UNBOUNDED } from './opossum.parts.js';
import { Opossum } from './opossum.surface.js';
import { openPause } from './open-duration.options.js';
import { Passage } from './passage.js';

const CLOSED: CircuitPhase = { state: 'closed' };

/**
 * The breaker: opossum makes the calls, and refuses them while it is open. When it opens and closes is decided here,
 * because opossum decides by rejected calls, by calls of an earlier state and by timers, and knows one trial only.
 *
 * Each change of state begins a new epoch with empty statistics. A call belongs to the epoch in which it started; when
 * it ends in a later one, its outcome decides nothing. An open circuit becomes half-open when somebody looks at it after
 * its time: there is no timer.
 */
export class OpossumCircuit extends Opossum implements Circuit {
  readonly #tally: CallTally;
  #pause: Backoff;
  #phase = CLOSED;
  #epoch = 0;
  /** How often it has opened since it was closed last. */
  #openings = 0;
  /** Whether a threshold is crossed that only `metrics-only` lets be crossed. */
  #exceeding = false;

  constructor(
    private settings: CircuitBreakerSettings,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly watcher: CircuitWatcher,
  ) {
    super(makeItself, OPOSSUM_OPTIONS);
    // opossum itself listens: to count for its statistics, to close on any success, and to arm the timer to half-open.
    this.removeAllListeners();
    this.semaphore = UNBOUNDED;
    this.#tally = new CallTally(settings, clock);
    this.#pause = openPause(settings.openDuration, random);
  }

  get phase(): CircuitPhase {
    return this.#phase.state === 'closed' ? this.#phase : this.#phaseAt(this.clock.monotonic());
  }

  get refusesForMs(): number | undefined {
    if (this.#phase.state === 'closed') return undefined;
    const now = this.clock.monotonic();
    const phase = this.#phaseAt(now);
    if (phase.state === 'open') return phase.until - now;
    return phase.state === 'half-open' && !phase.trials.available ? 0 : undefined;
  }

  get counts(): WindowCounts {
    return this.#tally.counts;
  }

  run(call: CircuitCall): Promise<unknown> {
    const trials = this.#trials;
    const timed = trials !== undefined || this.settings.slowCallRateThreshold !== false;
    const passage = new Passage(call, this, this.#epoch, timed ? this.clock.monotonic() : NaN);
    trials?.start(passage, passage.startedAt);
    call.commitment?.onceMade(() => this.#answered(passage));
    return this.fire(passage);
  }

  reset(): void {
    // What has fallen due until now is reported, whether or not somebody watched.
    void this.phase;
    this.close();
    this.#begin(CLOSED);
  }

  trip(): void {
    if (this.settings.mode === 'metrics-only') this.#warn('tripped');
    else this.#trip(this.clock.monotonic(), 'tripped');
  }

  reconfigure(settings: CircuitBreakerSettings): void {
    // What has fallen due until now has done so under the old settings.
    const { phase } = this;
    this.settings = settings;
    this.#tally.reconfigure(settings);
    this.#pause = openPause(settings.openDuration, this.random);
    if (phase.state === 'half-open') {
      phase.trials.adjust(settings.halfOpenMaxCalls, settings.maxHalfOpenDurationMs);
    }
    if (settings.mode === 'enforcing') this.#exceeding = false;
    if (this.#trials?.passed || (settings.mode === 'metrics-only' && phase.state !== 'closed'))
      this.#recover();
  }

  /** Asked by `fire`, which lets a call through only if it is closed or this is true: the permit is taken before. */
  override get pendingClose(): boolean {
    return this.#trials !== undefined;
  }

  /** Told by a passage how its call ended. */
  record(passage: Passage, verdict: Verdict): void {
    // Looks at the phase first, so that a trial which ends too late is out of date whether or not somebody watched.
    const { phase } = this;
    if (passage.epoch !== this.#epoch) return;
    if (phase.state === 'half-open') this.#recordTrial(phase.trials, passage, verdict);
    else if (verdict !== 'ignored') this.#count(verdict === 'failure', this.#isSlow(passage));
  }

  #phaseAt(now: number): CircuitPhase {
    if (this.#phase.state === 'half-open' && this.#phase.trials.overdueAt <= now) {
      this.#trip(this.#phase.trials.overdueAt, 'trial-overdue');
    }
    if (this.#phase.state === 'open' && this.#phase.until <= now) {
      const { halfOpenMaxCalls, maxHalfOpenDurationMs } = this.settings;
      this.#enter({
        state: 'half-open',
        trials: new HalfOpenTrials(halfOpenMaxCalls, maxHalfOpenDurationMs),
      });
    }
    return this.#phase;
  }

  #recordTrial(trials: HalfOpenTrials, passage: Passage, verdict: Verdict): void {
    if (!trials.end(passage) || verdict === 'ignored') return;
    if (verdict === 'failure') return this.#trip(this.clock.monotonic(), 'trial-failed');
    if (this.#isSlow(passage)) return this.#trip(this.clock.monotonic(), 'trial-slow');
    trials.succeed();
    if (trials.passed) this.#recover();
  }

  #count(failed: boolean, slow: boolean): void {
    const reason = this.#tally.record(failed, slow);
    if (this.settings.mode === 'metrics-only') this.#warn(reason);
    else if (reason) this.#trip(this.clock.monotonic(), reason);
  }

  /** A crossing is over once no threshold is reached any more, and only then is there another one. */
  #warn(reason: OpenReason | undefined): void {
    if (this.#exceeding) this.#exceeding = this.#tally.reached !== undefined;
    else if (reason) {
      this.#exceeding = true;
      this.watcher.onExceeded(reason);
    }
  }

  /** A stream that delivers is no hanging trial, and how long its reader goes on reading says nothing. */
  #answered(passage: Passage): void {
    passage.answeredAt = this.clock.monotonic();
    if (this.#trials) this.record(passage, 'success');
  }

  #isSlow(passage: Passage): boolean {
    const { slowCallRateThreshold, slowCallDurationMs } = this.settings;
    return slowCallRateThreshold !== false && passage.took(this.clock.monotonic()) > slowCallDurationMs;
  }

  #trip(since: number, reason: OpenReason): void {
    this.open();
    this.#openings += 1;
    this.#enter({ state: 'open', since, until: since + this.#pause(this.#openings), reason });
  }

  #recover(): void {
    this.close();
    this.#enter(CLOSED);
  }

  #enter(phase: CircuitPhase): void {
    this.#begin(phase);
    this.watcher.onPhase(phase);
  }

  #begin(phase: CircuitPhase): void {
    this.#epoch += 1;
    this.#exceeding = false;
    this.#tally.clear();
    this.#phase = phase;
    if (phase.state === 'closed') this.#openings = 0;
  }

  get #trials(): HalfOpenTrials | undefined {
    return this.#phase.state === 'half-open' ? this.#phase.trials : undefined;
  }
}

/** The action of every breaker: the call that it is given makes itself, so that methods can share a breaker. */
function makeItself(passage: Passage): Passage {
  return passage;
}
