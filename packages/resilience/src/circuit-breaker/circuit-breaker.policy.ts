import { rejection } from '../events/rejection.js';
import { type OpenReason } from '../events/resilience-event.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { CallJudge } from './call-judge.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';
import {
  checkControl,
  checkOverride,
  type CircuitControl,
  type CircuitSnapshot,
  type ControlOptions,
  type OverrideOptions,
} from './circuit-control.js';
import { CircuitOpenError } from './circuit-open.error.js';
import { type Override } from './circuit-overrides.js';
import { snapshotOf } from './circuit-snapshot.js';
import { type Circuit, type CircuitPhase, type CircuitState, type CircuitWatcher } from './circuit.js';
import { GuardedCall } from './guarded-call.js';
import { ManualControl, type OverrideChange } from './manual-control.js';
import { OpossumCircuit } from './opossum.circuit.js';
import { rejectLater } from './reject-later.js';

/** Stops calling what keeps failing, and tries again after a while with a few calls. */
export class CircuitBreakerPolicy implements Policy, CircuitControl, CircuitWatcher {
  readonly #circuit: Circuit;
  #settings: CircuitBreakerSettings;
  #judge: CallJudge;
  /** Made when somebody takes the circuit in hand for the first time; until then it costs the calls nothing. */
  #manual: ManualControl | undefined;

  constructor(
    readonly name: string,
    settings: CircuitBreakerSettings,
    private readonly parts: PolicyParts,
  ) {
    this.#settings = settings;
    this.#judge = new CallJudge(name, settings);
    this.#circuit = new OpossumCircuit(settings, parts.clock, parts.random, this);
  }

  /** What it goes by now. */
  get settings(): CircuitBreakerSettings {
    return this.#settings;
  }

  get state(): CircuitState {
    const override = this.#manual?.current;
    if (override) return override.kind === 'disabled' ? 'disabled' : 'forced-open';
    return this.#settings.mode === 'metrics-only' ? 'metrics-only' : this.#circuit.phase.state;
  }

  execute(execution: Execution, next: Next): Promise<unknown> {
    const override = this.#manual?.current;
    if (override?.kind === 'disabled') return next(execution);
    if (override) return this.#reject(this.#remaining(override), override.reason);
    const waitMs = this.#circuit.refusesForMs;
    if (waitMs !== undefined) return this.#reject(waitMs);
    return this.#circuit.run(new GuardedCall(this.#judge, execution, next));
  }

  /** Opens the circuit as its calls could have done, so that it also closes again as it would. For tests. @internal */
  trip(): void {
    this.#circuit.trip();
  }

  /** Goes on with other settings: an open circuit stays open until its time, the window keeps what it holds. */
  reconfigure(settings: CircuitBreakerSettings): void {
    this.#settings = settings;
    this.#judge = new CallJudge(this.name, settings);
    this.#circuit.reconfigure(settings);
  }

  snapshot(): CircuitSnapshot {
    return snapshotOf(this.name, this.state, this.#circuit, this.#manual?.current, this.parts.clock);
  }

  forceOpen(options: OverrideOptions): void {
    checkOverride(`forceOpen of circuit "${this.name}"`, options);
    this.#control.set('forced-open', options);
  }

  disable(options: OverrideOptions): void {
    checkOverride(`disable of circuit "${this.name}"`, options);
    this.#control.set('disabled', options);
  }

  forceClose(options: ControlOptions): void {
    checkControl(`forceClose of circuit "${this.name}"`, options);
    this.#manual?.clear(options.reason);
    this.#close(options.reason);
  }

  reset(options: ControlOptions): void {
    checkControl(`reset of circuit "${this.name}"`, options);
    this.#close(options.reason);
  }

  isolate(reason: string): Disposable {
    checkControl(`isolate of circuit "${this.name}"`, { reason });
    return this.#control.isolate(reason);
  }

  /** The circuit reports here. @internal */
  onPhase(phase: CircuitPhase): void {
    const policy = this.name;
    const { events } = this.parts;
    if (phase.state === 'closed') events.next({ type: 'circuit-closed', policy });
    else if (phase.state === 'half-open') events.next({ type: 'circuit-half-open', policy });
    else {
      const { reason, since, until } = phase;
      events.next({ type: 'circuit-opened', policy, reason, openForMs: until - since });
    }
  }

  /** The circuit reports here. @internal */
  onExceeded(reason: OpenReason): void {
    this.parts.events.next({ type: 'circuit-threshold-exceeded', policy: this.name, reason });
  }

  get #control(): ManualControl {
    this.#manual ??= new ManualControl(this.parts.clock, (change) => this.#overridden(change));
    return this.#manual;
  }

  /** What was learned before is out of date, and what began before must not decide anything later. */
  #overridden(change: OverrideChange): void {
    this.#circuit.reset();
    this.parts.events.next({ type: 'circuit-overridden', policy: this.name, ...change });
  }

  #close(reason: string): void {
    const { state } = this.#circuit.phase;
    this.#circuit.reset();
    if (state !== 'closed') this.parts.events.next({ type: 'circuit-closed', policy: this.name, reason });
  }

  /** How long the override lasts, unless somebody ends it; `undefined` when only that ends it. */
  #remaining({ expiresAt }: Override): number | undefined {
    return expiresAt === Infinity ? undefined : expiresAt - this.parts.clock.monotonic();
  }

  #reject(retryAfterMs: number | undefined, forcedBecause?: string): Promise<never> {
    const create = () => new CircuitOpenError(this.name, retryAfterMs, forcedBecause);
    return rejectLater(rejection(this.parts.events, this.name, create));
  }
}
