import { type Clock } from '@rookery/common';
import { type OpenReason } from '../events/resilience-event.js';
import { type CallWindow } from './call-window.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';
import { type Circuit, type CircuitPhase, type Verdict } from './circuit.js';
import { HalfOpenTrials } from './half-open-trials.js';
import { Opossum } from './opossum.surface.js';
import { WindowStatus } from './opossum.status.js';

/** One call on its way through opossum, which hands it back with every event. */
class Call {
  value: unknown;
  error: unknown;
  verdict: Verdict | 'success' = 'success';

  constructor(
    readonly epoch: number,
    readonly work: () => Promise<unknown>,
    readonly judge: (error: unknown) => Verdict,
  ) {}
}

/**
 * The breaker: opossum's state machine, with its decisions corrected through the methods that it calls on itself.
 *
 * Each change of state begins a new epoch with empty statistics. A call belongs to the epoch in which it started; when
 * it ends in a later one, its outcome decides nothing. An open circuit becomes half-open when somebody looks at it after
 * its time: there is no timer.
 */
export class OpossumCircuit extends Opossum implements Circuit {
  #phase: CircuitPhase = { state: 'closed' };
  #epoch = 0;
  #consecutiveFailures = 0;

  constructor(
    name: string,
    private readonly settings: CircuitBreakerSettings,
    private readonly window: CallWindow,
    private readonly clock: Clock,
    private readonly onChange: (phase: CircuitPhase) => void,
  ) {
    super(perform, {
      name,
      status: new WindowStatus(window),
      timeout: false,
      errorThresholdPercentage: opossumThreshold(settings.failureRateThreshold),
      volumeThreshold: settings.minimumCalls,
      errorFilter: (_error: unknown, call: Call) => call.verdict !== 'failure' || !this.#isCurrent(call),
      enableSnapshots: false,
      rollingPercentilesEnabled: false,
    });
    // opossum listens to it only to mark its statistics, which are not used, and to arm the timer to half-open.
    this.removeAllListeners('open');
    // Before opossum's own listener, which closes a half-open circuit on success.
    this.prependListener('success', (call: Call) => this.#record(call));
    this.on('failure', (call: Call) => this.#record(call));
  }

  get phase(): CircuitPhase {
    const now = this.clock.monotonic();
    if (this.#phase.state === 'half-open' && this.#phase.trials.overdueAt <= now) {
      this.#open(this.#phase.trials.overdueAt, 'trial-overdue');
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

  get admits(): boolean {
    const { phase } = this;
    return phase.state === 'closed' || (phase.state === 'half-open' && phase.trials.available);
  }

  async run<T>(work: () => Promise<T>, judge: (error: unknown) => Verdict): Promise<T> {
    const call = new Call(this.#epoch, work, judge);
    if (this.#phase.state === 'half-open') this.#phase.trials.start(call, this.clock.monotonic());
    try {
      await this.fire(call);
    } catch (rejection) {
      // Anything but the call itself would be opossum's own refusal, which admission rules out.
      throw rejection === call ? call.error : rejection;
    }
    return call.value as T;
  }

  // What opossum asks and tells itself, corrected:

  override get halfOpen(): boolean {
    return this.#phase.state === 'half-open';
  }

  /** Read by `fire` to admit a call; the permit is taken before. */
  override get pendingClose(): boolean {
    return this.halfOpen;
  }

  /** opossum asks for this on any success in half-open. */
  override close(): void {
    if (this.#phase.state !== 'half-open' || !this.#phase.trials.passed) return;
    super.close();
    this.#enter({ state: 'closed' });
  }

  /** opossum asks for this on a failure in half-open and when the failure rate is reached. */
  override open(): void {
    this.#open(this.clock.monotonic(), this.halfOpen ? 'trial-failed' : 'failure-rate');
  }

  #open(since: number, reason: OpenReason): void {
    super.open();
    this.#enter({ state: 'open', until: since + this.settings.openDurationMs, reason });
  }

  #enter(phase: CircuitPhase): void {
    this.#epoch += 1;
    this.#consecutiveFailures = 0;
    this.window.clear();
    this.#phase = phase;
    this.onChange(phase);
  }

  /** Looks at the phase first, so that a trial which ends too late is out of date whether or not somebody watched. */
  #isCurrent(call: Call): boolean {
    return this.phase.state !== 'open' && call.epoch === this.#epoch;
  }

  #record(call: Call): void {
    if (!this.#isCurrent(call)) return;
    if (this.#phase.state === 'half-open') recordTrial(this.#phase.trials, call);
    else if (call.verdict !== 'ignored') this.#count(call.verdict === 'failure');
  }

  #count(failed: boolean): void {
    this.window.record(failed);
    this.#consecutiveFailures = failed ? this.#consecutiveFailures + 1 : 0;
    const { consecutiveFailures } = this.settings;
    if (failed && consecutiveFailures !== false && this.#consecutiveFailures >= consecutiveFailures) {
      this.#open(this.clock.monotonic(), 'consecutive-failures');
    }
  }
}

/** The action behind every breaker: it makes the call it is given. One for all, so that methods can share a breaker. */
async function perform(call: Call): Promise<Call> {
  try {
    call.value = await call.work();
    return call;
  } catch (error) {
    call.error = error;
    call.verdict = call.judge(error);
    throw call;
  }
}

function recordTrial(trials: HalfOpenTrials, call: Call): void {
  // A failed trial keeps its permit: opossum opens the circuit in the same breath.
  if (call.verdict === 'success') trials.succeed(call);
  if (call.verdict === 'ignored') trials.giveBack(call);
}

/** opossum opens above its threshold; ours is reached. The rate is a quotient, so leave room for rounding. */
function opossumThreshold(percent: number | false): number {
  return percent === false ? Infinity : percent - 1e-9;
}
