import { type EjectionSettings } from './ejection.options.js';
import { Silence } from './silence.js';
import { SuccessWindow } from './success-window.js';

/** Why an instance was put out. */
export type EjectionReason = 'consecutive-failures' | 'success-rate' | 'no-sign-of-life';

/** Whether an instance may be called. */
export type StandingState =
  | { readonly kind: 'in' }
  /** `retryAt`: when one call may find out whether it works again, on the steady clock. */
  | { readonly kind: 'out'; readonly reason: EjectionReason; readonly retryAt: number };

const IN: StandingState = { kind: 'in' };

/**
 * What the ends of an instance's calls say about it. Two signals, because each is blind where the other sees: failures
 * in a row find at once who is gone, but one success among them starts the count anew; the share of successes finds
 * who fails every other call, but needs calls to look at.
 *
 * Source: Finagle's `FailureAccrualPolicy`, and the unified breaker of linkerd2-proxy.
 */
export class Standing {
  #state: StandingState = IN;
  #failuresInRow = 0;
  /** How often it was put out, less what it has made up for since. */
  #ejections = 0;
  #backSince = 0;
  readonly #recent: SuccessWindow;
  /** Whether anything is heard of it. */
  readonly silence = new Silence();

  constructor(private readonly settings: EjectionSettings) {
    this.#recent = new SuccessWindow(settings.windowMs);
  }

  get state(): StandingState {
    return this.#state;
  }

  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  successRate(now: number): number {
    return this.#recent.rate(now);
  }

  /** Notes how a call ended. The answer is why the instance deserves to be put out, if it does. */
  record(succeeded: boolean, now: number): EjectionReason | undefined {
    this.#failuresInRow = succeeded ? 0 : this.#failuresInRow + 1;
    this.#recent.record(succeeded, now);
    if (succeeded) return undefined;
    const { consecutiveFailures, successRate, minimumCalls } = this.settings;
    if (this.#failuresInRow >= consecutiveFailures) return 'consecutive-failures';
    const tooFew = this.#recent.calls(now) < minimumCalls;
    return tooFew || this.#recent.rate(now) >= successRate ? undefined : 'success-rate';
  }

  /**
   * Puts it out for longer than the last time. Each window that it has been in since then takes one step back, as the
   * multiplier of gRPC's outlier detection (A50) does: an instance that falters once a day is not held back for minutes.
   */
  eject(reason: EjectionReason, now: number): number {
    const madeUpFor = Math.floor((now - this.#backSince) / this.settings.windowMs);
    this.#ejections = Math.max(0, this.#ejections - madeUpFor);
    return this.#leaveOut(reason, now);
  }

  /** The one call that decides is under way. If its end is never told, another may be made as much later. */
  probe(now: number): void {
    if (this.#state.kind === 'in') return;
    this.#state = { ...this.#state, retryAt: now + this.settings.pause(this.#ejections) };
  }

  /** The one call that decides has failed. */
  keepOut(now: number): void {
    if (this.#state.kind === 'out') this.#leaveOut(this.#state.reason, now);
  }

  /** The one call that decides has told nothing, so another one may be made at once. */
  retryNow(now: number): void {
    if (this.#state.kind === 'out') this.#state = { ...this.#state, retryAt: now };
  }

  restore(now: number): void {
    this.#state = IN;
    this.#failuresInRow = 0;
    this.#recent.clear();
    this.#backSince = now;
  }

  #leaveOut(reason: EjectionReason, now: number): number {
    this.#ejections += 1;
    const forMs = this.settings.pause(this.#ejections);
    this.#state = { kind: 'out', reason, retryAt: now + forMs };
    return forMs;
  }
}
