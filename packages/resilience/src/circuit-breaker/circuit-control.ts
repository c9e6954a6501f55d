import { checkOptions, type Duration, is, required, shape } from '@rookery/common';
import { type CircuitOverride, type OpenReason } from '../events/resilience-event.js';
import { type CircuitState } from './circuit.js';

/** Why somebody takes a circuit in hand. It stands in the events and in the errors of the calls. */
export interface ControlOptions {
  reason: string;
}

/** An override that may end by itself. */
export interface OverrideOptions extends ControlOptions {
  /** After this long the circuit is closed, with nothing remembered. Default: it stays until somebody ends it. */
  expiresIn?: Duration;
}

/**
 * A circuit in the hands of an operator. Isolation comes before `forceOpen` and `disable`, and of those two the one that
 * was called last counts; each of them comes before what the circuit does by itself. An override begins and ends with a
 * closed circuit that remembers nothing, and calls that began before it decide nothing after it.
 */
export interface CircuitControl {
  readonly name: string;
  readonly state: CircuitState;
  snapshot(): CircuitSnapshot;
  /** Rejects every call. It takes the place of `disable`. */
  forceOpen(options: OverrideOptions): void;
  /** Lets every call through and counts none. It takes the place of `forceOpen`. */
  disable(options: OverrideOptions): void;
  /** Ends `forceOpen` and `disable`, and closes the circuit with nothing remembered. Isolations stay. */
  forceClose(options: ControlOptions): void;
  /** Closes the circuit with nothing remembered. Overrides stay. */
  reset(options: ControlOptions): void;
  /** Rejects every call until the handle is disposed of; with several handles, until the last one is. */
  isolate(reason: string): Disposable;
}

/** A circuit as an administration page shows it. Moments are in milliseconds since the epoch. */
export interface CircuitSnapshot {
  readonly name: string;
  readonly state: CircuitState;
  /** What it was set to by hand. */
  readonly override?: {
    readonly kind: CircuitOverride;
    readonly reason: string;
    /** When it ends by itself; `undefined` when it does not. */
    readonly until: number | undefined;
  };
  /** How many calls the window holds, how many of them failed, and how many were slow. */
  readonly calls: number;
  readonly failures: number;
  readonly slowCalls: number;
  /** Why and since when the circuit is open, and when it tries again. */
  readonly opened?: { readonly reason: OpenReason; readonly since: number; readonly until: number };
  /** The trial calls of a half-open circuit: under way, and succeeded so far. */
  readonly trials?: { readonly running: number; readonly succeeded: number };
}

const reason = required(is.text);
const controlCheck = shape<ControlOptions>({ reason });
const overrideCheck = shape<OverrideOptions>({ reason, expiresIn: is.duration({ min: 1 }) });

/** Throws an `OptionsError` that names the method unless the options can be used. */
export function checkControl(where: string, options: ControlOptions): void {
  checkOptions(where, controlCheck, options);
}

/** Throws an `OptionsError` that names the method unless the options can be used. */
export function checkOverride(where: string, options: OverrideOptions): void {
  checkOptions(where, overrideCheck, options);
}
