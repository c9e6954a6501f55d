import { type Commitment } from './commitment.js';
import { type Attempt, type ExecuteOptions } from './pipeline.js';

/** One call on its way through the policies. A policy that changes something passes a changed copy on. */
export interface Execution {
  readonly call: (attempt: Attempt) => Promise<unknown>;
  readonly options: ExecuteOptions;
  /** The number of the attempt; the first is 1. */
  readonly attempt: number;
  /** The caller's own signal: once it is aborted, nobody wants the result. */
  readonly caller: AbortSignal | undefined;
  /** What aborts the work at this point: the caller's signal, or the one of the innermost timeout so far. */
  readonly signal: AbortSignal | undefined;
  /** The moment by which the work must be done, on the monotonic clock; `Infinity` when there is none. */
  readonly deadline: number;
  /** Set for streams only. */
  readonly commitment?: Commitment;
  /** The method that is called, for the fallback. Set for woven methods only. */
  readonly subject?: Subject;
}

/** The instance and arguments that a woven method was called with. */
export interface Subject {
  readonly instance: object;
  readonly args: readonly unknown[];
}

/** The rest of the pipeline, down to the call itself. */
export type Next = (execution: Execution) => Promise<unknown>;

/** One layer around a call. It keeps what outlives the call, such as a breaker's state; the call is handed in. */
export interface Policy {
  execute(execution: Execution, next: Next): Promise<unknown>;
}
