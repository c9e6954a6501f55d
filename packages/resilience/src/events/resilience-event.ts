import { type TimeoutScope } from '../timeout/timeout.error.js';

/** Why a circuit opened. */
export type OpenReason = 'consecutive-failures' | 'failure-rate' | 'trial-failed' | 'trial-overdue';

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

/** The trial calls succeeded, and the circuit lets every call through. */
export interface CircuitClosed {
  readonly type: 'circuit-closed';
  readonly policy: string;
}

/** A call failed and will be tried again after the pause. */
export interface Retried {
  readonly type: 'retry';
  readonly policy: string;
  /** The attempt that failed; the first is 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: unknown;
}

/** A call or an attempt took too long and was aborted. */
export interface TimedOut {
  readonly type: 'timeout';
  readonly policy: string;
  readonly scope: TimeoutScope;
  readonly timeoutMs: number;
}

/** A policy turned a call away. */
export interface Rejected {
  readonly type: 'rejected';
  readonly policy: string;
  readonly error: unknown;
}

/** A call failed for good and its fallback answers instead. */
export interface FellBack {
  readonly type: 'fallback';
  readonly policy: string;
  readonly error: unknown;
}

/** A circuit changed its state. */
export type CircuitChange = CircuitOpened | CircuitHalfOpen | CircuitClosed;

/** Something a policy did. */
export type ResilienceEvent = CircuitChange | Retried | TimedOut | Rejected | FellBack;
