import { type CircuitBreakerSettings } from '../src/circuit-breaker/circuit-breaker.options.js';
import { type Verdict } from '../src/circuit-breaker/circuit.js';
import { type OpenReason } from '../src/events/resilience-event.js';

/** A call that the model let through. */
export interface Entry {
  /** `undefined` where calls are let through uncounted. */
  readonly era: number | undefined;
  readonly at: number;
  readonly timed: boolean;
}

interface Override {
  readonly kind: 'forced-open' | 'disabled' | 'isolated';
  readonly expiresAt: number;
}

/** What the breaker should do, told as plainly as possible: lists instead of counters, and no engine. */
export class Model {
  now = 0;
  readonly log: string[] = [];
  /** How many trials ran or had passed at the most. */
  mostTrials = 0;
  #era = 0;
  #phase: 'closed' | 'open' | 'half-open' = 'closed';
  #until = 0;
  #row = 0;
  #passed = 0;
  #openings = 0;
  #exceeding = false;
  #outcomes: { at: number; failed: boolean; slow: boolean }[] = [];
  #trials: Entry[] = [];
  #set: Override | undefined;
  #isolations: Override[] = [];
  #override: Override | undefined;

  constructor(private settings: CircuitBreakerSettings) {}

  /** Brings everything up to date, and tells the state. */
  look(): string {
    this.#lookAtOverrides('expired');
    if (this.#override) return this.#override.kind === 'disabled' ? 'disabled' : 'forced-open';
    this.#lookAtPhase();
    return this.settings.mode === 'metrics-only' ? 'metrics-only' : this.#phase;
  }

  start(): Entry | undefined {
    const state = this.look();
    if (state === 'disabled') return { era: undefined, at: this.now, timed: false };
    if (state === 'open' || state === 'forced-open') return undefined;
    const halfOpen = this.#phase === 'half-open';
    if (halfOpen && this.#passed + this.#trials.length >= this.settings.halfOpenMaxCalls) return undefined;
    const timed = halfOpen || this.settings.slowCallRateThreshold !== false;
    const call = { era: this.#era, at: this.now, timed };
    if (halfOpen) this.#trials.push(call);
    this.mostTrials = Math.max(this.mostTrials, this.#trials.length + this.#passed);
    return call;
  }

  end(call: Entry, verdict: Verdict): void {
    this.#lookAtPhase();
    if (call.era !== this.#era) return;
    this.#trials = this.#trials.filter((trial) => trial !== call);
    if (verdict === 'ignored') return;
    const { slowCallRateThreshold, slowCallDurationMs } = this.settings;
    const slow = slowCallRateThreshold !== false && call.timed && this.now - call.at > slowCallDurationMs;
    if (this.#phase === 'half-open') this.#endTrial(verdict, slow);
    else this.#endClosed(verdict === 'failure', slow);
  }

  forceOpen(ms: number): void {
    this.#manual(() => (this.#set = { kind: 'forced-open', expiresAt: this.now + ms }));
  }

  disable(ms: number): void {
    this.#manual(() => (this.#set = { kind: 'disabled', expiresAt: this.now + ms }));
  }

  isolate(): () => void {
    const isolation: Override = { kind: 'isolated', expiresAt: Infinity };
    this.#manual(() => this.#isolations.push(isolation));
    return () =>
      this.#manual(
        () => (this.#isolations = this.#isolations.filter((held) => held !== isolation)),
        'isolation ended',
      );
  }

  forceClose(): void {
    this.#manual(() => (this.#set = undefined));
    this.reset();
  }

  reset(): void {
    this.#lookAtPhase();
    const wasClosed = this.#phase === 'closed';
    this.#begin('closed');
    if (!wasClosed) this.log.push('closed by hand');
  }

  reconfigure(settings: CircuitBreakerSettings): void {
    this.#lookAtPhase();
    if (JSON.stringify(settings.slidingWindow) !== JSON.stringify(this.settings.slidingWindow)) {
      this.#outcomes = [];
    }
    this.settings = settings;
    if (settings.mode === 'enforcing') this.#exceeding = false;
    const passed = this.#phase === 'half-open' && this.#passed >= settings.halfOpenMaxCalls;
    if (passed || (settings.mode === 'metrics-only' && this.#phase !== 'closed')) this.#close();
  }

  #manual(change: () => void, ended = 'by hand'): void {
    this.#lookAtOverrides('expired');
    change();
    this.#lookAtOverrides(ended);
  }

  #lookAtOverrides(ended: string): void {
    if (this.#set && this.#set.expiresAt <= this.now) this.#set = undefined;
    const current = this.#isolations[0] ?? this.#set;
    if (current === this.#override) return;
    this.#lookAtPhase();
    this.#override = current;
    this.#begin('closed');
    this.log.push(current ? `overridden: ${current.kind}` : `override ended: ${ended}`);
  }

  #lookAtPhase(): void {
    const overdueAt = this.settings.maxHalfOpenDurationMs + (this.#trials[0]?.at ?? Infinity);
    if (this.#phase === 'half-open' && overdueAt <= this.now) this.#open(overdueAt, 'trial-overdue');
    if (this.#phase === 'open' && this.#until <= this.now) {
      this.#begin('half-open');
      this.log.push('half-open');
    }
  }

  #endTrial(verdict: Verdict, slow: boolean): void {
    if (verdict === 'failure') this.#open(this.now, 'trial-failed');
    else if (slow) this.#open(this.now, 'trial-slow');
    else if (++this.#passed === this.settings.halfOpenMaxCalls) this.#close();
  }

  #endClosed(failed: boolean, slow: boolean): void {
    this.#outcomes.push({ at: this.now, failed, slow });
    this.#row = failed ? this.#row + 1 : 0;
    const reason = this.#reached(failed, slow);
    if (this.settings.mode === 'enforcing') {
      if (reason) this.#open(this.now, reason);
    } else if (this.#exceeding) {
      this.#exceeding = this.#reached(true, true) !== undefined;
    } else if (reason) {
      this.#exceeding = true;
      this.log.push(`exceeded: ${reason}`);
    }
  }

  #reached(failed: boolean, slow: boolean): OpenReason | undefined {
    const { consecutiveFailures, failureRateThreshold, slowCallRateThreshold, minimumCalls } = this.settings;
    if (failed && consecutiveFailures !== false && this.#row >= consecutiveFailures) {
      return 'consecutive-failures';
    }
    const held = this.#held();
    if (held.length < minimumCalls) return undefined;
    const rate = (which: 'failed' | 'slow') =>
      (held.filter((outcome) => outcome[which]).length / held.length) * 100;
    if (failed && failureRateThreshold !== false && rate('failed') >= failureRateThreshold) {
      return 'failure-rate';
    }
    const late = slow && slowCallRateThreshold !== false && rate('slow') >= slowCallRateThreshold;
    return late ? 'slow-call-rate' : undefined;
  }

  #held() {
    const { slidingWindow } = this.settings;
    if (slidingWindow.type === 'count') return this.#outcomes.slice(-slidingWindow.size);
    const tenth = (at: number) => Math.floor((at / Number(slidingWindow.size)) * 10);
    return this.#outcomes.filter(({ at }) => tenth(this.now) - tenth(at) < 10);
  }

  #open(since: number, reason: OpenReason): void {
    this.#openings += 1;
    const pause = this.#pause();
    this.#begin('open');
    this.#until = since + pause;
    this.log.push(`opened: ${reason} for ${pause}`);
  }

  #pause(): number {
    const { openDuration } = this.settings;
    if (typeof openDuration === 'number') return openDuration;
    const { delay, factor, maxDelay, jitter } = openDuration;
    const whole = Math.min(Number(delay) * factor ** (this.#openings - 1), Number(maxDelay));
    // Every random number is 0.5.
    return jitter === 'equal' ? whole * 0.75 : whole;
  }

  #close(): void {
    this.#begin('closed');
    this.log.push('closed by its trials');
  }

  #begin(phase: 'closed' | 'open' | 'half-open'): void {
    this.#era += 1;
    this.#phase = phase;
    this.#row = this.#passed = 0;
    this.#exceeding = false;
    this.#outcomes = [];
    this.#trials = [];
    if (phase === 'closed') this.#openings = 0;
  }
}
