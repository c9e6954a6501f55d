import { type TimeoutScope } from '../timeout/timeout.error.js';

/** Why a circuit opened. */
export type OpenReason =
  | 'consecutive-failures'
  | 'failure-rate'
  | 'slow-call-rate'
  | 'trial-failed'
  | 'trial-slow'
  | 'trial-overdue'
  | 'tripped';

/** The circuit opened and rejects calls for `openForMs` milliseconds. */
export interface CircuitOpened {
  readonly type: 'circuit-opened';
  readonly policy: string;
  readonly reason: OpenReason;
  readonly openForMs: number;
}

/** The circuit lets a few calls through to see whether what it guards is well again. */
export interface CircuitHalfOpen {
  readonly type: 'circuit-half-open';
  readonly policy: string;
}

/** The trial calls succeeded, or somebody closed it by hand: the circuit lets every call through. */
export interface CircuitClosed {
  readonly type: 'circuit-closed';
  readonly policy: string;
  /** Why somebody closed it by hand; left out when it closed by itself. */
  readonly reason?: string;
}

/** What somebody set a circuit to by hand, whatever its calls say. */
export type CircuitOverride = 'forced-open' | 'disabled' | 'isolated';

/** Somebody took a circuit in hand, or let it go again when `override` is undefined. */
export interface CircuitOverridden {
  readonly type: 'circuit-overridden';
  readonly policy: string;
  readonly override: CircuitOverride | undefined;
  readonly reason: string;
  /** Milliseconds until the circuit goes back to its own state by itself; `undefined` when it does not. */
  readonly expiresInMs?: number | undefined;
}

/** A circuit that only measures would have opened. */
export interface CircuitThresholdExceeded {
  readonly type: 'circuit-threshold-exceeded';
  readonly policy: string;
  readonly reason: OpenReason;
}

/** A call failed and will be tried again after the pause. */
export interface Retried {
  readonly type: 'retry';
  readonly policy: string;
  /** The attempt that failed; the first is 1. */
  readonly attempt: number;
  readonly delayMs: number;
  /** What the attempt failed with; `undefined` when it was its result that asked for another. */
  readonly error: unknown;
}

/** A call was not tried again, or not hedged, because that would add too much to the load. */
export interface BudgetExhausted {
  readonly type: 'retry-budget-exhausted';
  readonly policy: string;
  readonly wanted: 'retry' | 'hedge';
}

/** A call takes long, and a second attempt races it. */
export interface Hedged {
  readonly type: 'hedge';
  readonly policy: string;
  /** The number of the attempt that was added. */
  readonly attempt: number;
  readonly delayMs: number;
}

/** A call found another one with its key under way, and shares its result. */
export interface Coalesced {
  readonly type: 'coalesced';
  readonly policy: string;
  readonly key: string;
}

/** A call or an attempt took too long and was aborted. */
export interface TimedOut {
  readonly type: 'timeout';
  readonly policy: string;
  readonly scope: TimeoutScope;
  readonly timeoutMs: number;
}

/** A policy turned a call away. The error's `code` tells which. */
export interface Rejected {
  readonly type: 'rejected';
  readonly policy: string;
  readonly error: unknown;
}

/** The number of calls that may run at once was adapted. */
export interface LimitChanged {
  readonly type: 'limit-changed';
  readonly policy: string;
  readonly from: number;
  readonly to: number;
}

/** A call failed for good and its fallback answers instead. */
export interface FellBack {
  readonly type: 'fallback';
  readonly policy: string;
  /** What it failed with; `undefined` when it was its result that was not good enough. */
  readonly error: unknown;
}

/** A call was disturbed on purpose. */
export interface ChaosInjected {
  readonly type: 'chaos';
  readonly policy: string;
  readonly injected: 'latency' | 'fault' | 'outcome';
}

/** A policy goes on with other settings. */
export interface Reconfigured {
  readonly type: 'reconfigured';
  readonly policy: string;
}

/** A circuit changed its state. */
export type CircuitChange =
  CircuitOpened | CircuitHalfOpen | CircuitClosed | CircuitOverridden | CircuitThresholdExceeded;

/** Something a policy did. */
export type ResilienceEvent =
  | CircuitChange
  | Retried
  | BudgetExhausted
  | Hedged
  | Coalesced
  | TimedOut
  | Rejected
  | LimitChanged
  | FellBack
  | ChaosInjected
  | Reconfigured;
