import { type RetryBudget } from '../retry-budget/retry-budget.js';
import { type AbortScope } from './abort-scope.js';
import { type AttemptCounter } from './attempt-counter.js';
import { type Commitment } from './commitment.js';
import { type Attempt, type ExecuteOptions } from './pipeline.js';

/** One call on its way through the policies. A policy that changes something passes a changed copy on. */
export interface Execution {
  readonly call: (attempt: Attempt) => Promise<unknown>;
  readonly options: ExecuteOptions;
  /** The number of the attempt; the first is 1. Whoever starts a further one takes its number from `attempts`. */
  readonly attempt: number;
  readonly attempts: AttemptCounter;
  /** What retries and hedges of this pipeline may add to the load; `undefined` when nothing bounds them. */
  readonly budget: RetryBudget | undefined;
  /** The caller's own signal: once it is aborted, nobody wants the result. */
  readonly caller: AbortSignal | undefined;
  /** What aborts the work at this point: the caller's signal, or the one of the innermost timeout so far. */
  readonly signal: AbortSignal | undefined;
  /** The moment by which the work must be done, on the monotonic clock; `Infinity` when there is none. */
  readonly deadline: number;
  /** For streams: the moment by which the first value must be there. Unset: no timeout limits it so far. */
  readonly firstValueBy?: number;
  /** Who aborts `signal`, where that is a policy of this pipeline which tells it faster than the signal does. */
  readonly scope?: AbortScope;
  /** Whether an aborted attempt ends only when its work has ended. Set by a cooperative timeout. */
  readonly cooperative?: boolean;
  /** Told about the work of an attempt that was given up and still goes on. */
  readonly onAbandoned?: (work: Promise<unknown>) => void;
  /** Set for streams only. */
  readonly commitment?: Commitment;
  /**
   * The instance and arguments of the method that is called: for the fallback, and for the functions of the options that
   * tell a key or a priority by them. Set for woven methods only.
   */
  readonly subject?: Subject;
  /** Stands for that method: the same object for every call of it, on whichever instance. */
  readonly method?: object;
}

/** The instance and arguments that a woven method was called with. */
export interface Subject {
  readonly instance: object;
  readonly args: readonly unknown[];
}

/** The rest of the pipeline, down to the call itself. It never throws: what goes wrong rejects its promise. */
export type Next = (execution: Execution) => Promise<unknown>;

/** One layer around a call. It keeps what outlives the call, such as a breaker's state; the call is handed in. */
export interface Policy {
  execute(execution: Execution, next: Next): Promise<unknown>;
  /**
   * Goes on with other settings and the same state; calls in flight end as they began. A policy without it keeps no
   * state, and is replaced.
   */
  reconfigure?(settings: never): void;
}
