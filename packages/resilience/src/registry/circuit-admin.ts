import {
  type CircuitControl,
  type CircuitSnapshot,
  type ControlOptions,
  type OverrideOptions,
} from '../circuit-breaker/circuit-control.js';
import { type CircuitBreakers } from './circuit-breakers.js';
import { UnknownCircuitError } from './unknown-circuit.error.js';

/**
 * The circuits of an app in the hands of an operator: what an admin page, a command or a runbook calls. It opens no port
 * by itself: whoever puts it on one decides who may.
 *
 * Isolation comes before `forceOpen` and `disable`; of those two the one that was called last counts; each comes before
 * what the circuit does by itself. An override begins and ends with a closed circuit that remembers nothing. Each method
 * throws an `UnknownCircuitError` for a name without a circuit, before it changes anything.
 */
export class CircuitAdmin {
  constructor(private readonly breakers: CircuitBreakers) {}

  /** Every circuit of the app as it is now. */
  list(): CircuitSnapshot[] {
    return this.breakers.names.map((name) => this.#control('list', name).snapshot());
  }

  /** One circuit as it is now. */
  get(name: string): CircuitSnapshot {
    return this.#control('get', name).snapshot();
  }

  /** Rejects every call of the circuit. It takes the place of `disable`. */
  forceOpen(name: string, options: OverrideOptions): void {
    this.#control('forceOpen', name).forceOpen(options);
  }

  /** Lets every call through and counts none. It takes the place of `forceOpen`. */
  disable(name: string, options: OverrideOptions): void {
    this.#control('disable', name).disable(options);
  }

  /** Ends `forceOpen` and `disable`, and closes the circuit with nothing remembered. Isolations stay. */
  forceClose(name: string, options: ControlOptions): void {
    this.#control('forceClose', name).forceClose(options);
  }

  /** Closes the circuit with nothing remembered. Overrides stay. */
  reset(name: string, options: ControlOptions): void {
    this.#control('reset', name).reset(options);
  }

  /**
   * Rejects every call of one or several circuits until the handle is disposed of. Several operators can isolate the
   * same circuit: it comes back when the last handle is gone.
   */
  isolate(names: string | readonly string[], reason: string): Disposable {
    const controls = [names].flat().map((name) => this.#control('isolate', name));
    const handles = controls.map((control) => control.isolate(reason));
    return {
      [Symbol.dispose]: () => {
        for (const handle of handles) handle[Symbol.dispose]();
      },
    };
  }

  #control(asks: string, name: string): CircuitControl {
    const breaker = this.breakers.find(name);
    if (!breaker) throw new UnknownCircuitError(asks, name, this.breakers.names);
    return breaker;
  }
}
