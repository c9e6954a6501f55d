import {
  type Check,
  checkOptions,
  type Duration,
  is,
  required,
  shape,
  toMilliseconds,
} from '@rookery/common';
import {
  type CircuitControl,
  type CircuitSnapshot,
  type ControlOptions,
} from '../circuit-breaker/circuit-control.js';
import { type CircuitBreakers } from './circuit-breakers.js';
import { UnknownCircuitError } from './unknown-circuit.error.js';

/** Why somebody overrides a circuit, and for how long. */
export interface OverrideOptions extends ControlOptions {
  /** After this long the circuit is closed, with nothing remembered. Default: it stays until somebody ends it. */
  expiresIn?: Duration;
}

const overrideCheck: Check = shape<OverrideOptions>({
  reason: required(is.text),
  expiresIn: is.duration({ min: 1 }),
});

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
    this.#control('forceOpen', name).forceOpen(checked(`forceOpen of circuit "${name}"`, options));
  }

  /** Lets every call through and counts none. It takes the place of `forceOpen`. */
  disable(name: string, options: OverrideOptions): void {
    this.#control('disable', name).disable(checked(`disable of circuit "${name}"`, options));
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

function checked(where: string, options: OverrideOptions): ControlOptions & { expiresInMs?: number } {
  const { reason, expiresIn } = checkOptions(where, overrideCheck, options);
  return expiresIn === undefined ? { reason } : { reason, expiresInMs: toMilliseconds(expiresIn) };
}
