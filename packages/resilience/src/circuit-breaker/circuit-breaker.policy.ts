import { ask } from '../errors/ask.js';
import { type PredicateError } from '../errors/predicate.error.js';
import { withoutStack } from '../errors/without-stack.js';
import { isAbort, kindOf } from '../outcome/outcome.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { createCallWindow } from './call-window.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';
import { CircuitOpenError } from './circuit-open.error.js';
import { type Circuit, type CircuitPhase, type CircuitState, type Verdict } from './circuit.js';
import { OpossumCircuit } from './opossum.circuit.js';

/** Stops calling what keeps failing, and tries again after a while with a few calls. */
export class CircuitBreakerPolicy implements Policy {
  readonly #circuit: Circuit;

  constructor(
    readonly name: string,
    /** What it goes by now. */
    readonly settings: CircuitBreakerSettings,
    private readonly parts: PolicyParts,
  ) {
    const { clock } = parts;
    const window = createCallWindow(settings.slidingWindow, clock);
    this.#circuit = new OpossumCircuit(name, settings, window, clock, (phase) => this.#report(phase));
  }

  get state(): CircuitState {
    return this.#circuit.phase.state;
  }

  async execute(execution: Execution, next: Next): Promise<unknown> {
    if (!this.#circuit.admits) throw this.#rejection();
    let broken: PredicateError | undefined;
    const judge = (error: unknown): Verdict => {
      try {
        return this.#verdict(error, execution);
      } catch (bug) {
        // An error that nobody could judge counts as a failure, which is the safe side.
        broken = bug as PredicateError;
        return 'failure';
      }
    };
    try {
      return await this.#circuit.run(() => next(execution), judge);
    } catch (error) {
      throw broken ?? error;
    }
  }

  #verdict(error: unknown, { caller, options, attempt }: Execution): Verdict {
    const kind = kindOf(error, caller);
    if (kind === 'rejected' || isAbort(error, caller)) return 'ignored';
    const { recordIf } = this.settings;
    const counts = recordIf ? this.#ask(recordIf, error) : kind === 'failure';
    return counts &&
      (!options.recordIf || ask(this.name, 'circuitBreaker.recordIf', options.recordIf, error, attempt))
      ? 'failure'
      : 'ignored';
  }

  #ask(recordIf: (error: unknown) => boolean, error: unknown): boolean {
    return ask(this.name, 'circuitBreaker.recordIf', recordIf, error);
  }

  #rejection(): CircuitOpenError {
    const { phase } = this.#circuit;
    const retryAfterMs = phase.state === 'open' ? phase.until - this.parts.clock.monotonic() : 0;
    const error = withoutStack(() => new CircuitOpenError(this.name, retryAfterMs));
    if (this.parts.events.observed) this.parts.events.next({ type: 'rejected', policy: this.name, error });
    return error;
  }

  #report(phase: CircuitPhase): void {
    const policy = this.name;
    if (phase.state === 'closed') this.parts.events.next({ type: 'circuit-closed', policy });
    else if (phase.state === 'half-open') this.parts.events.next({ type: 'circuit-half-open', policy });
    else {
      const { reason } = phase;
      this.parts.events.next({
        type: 'circuit-opened',
        policy,
        reason,
        openForMs: this.settings.openDurationMs,
      });
    }
  }
}
