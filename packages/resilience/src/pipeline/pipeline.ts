import { type Duration } from '@rookery/common';
import { type Commitment } from './commitment.js';
import { type Priority } from './priority.js';

/** One try of a call. */
export interface Attempt {
  /** The first is 1. */
  readonly number: number;
  /** Aborts when nobody waits for this attempt any more; pass it on to what the attempt does. */
  readonly signal: AbortSignal;
  /**
   * For streams under a timeout: the moment by which their first value has to be there, on the monotonic clock. The rest of
   * a stream has no such limit, so it is not the deadline of the calls that the attempt makes.
   */
  readonly firstValueBy?: number;
}

/** What one call adds to the policies that guard it. */
export interface ExecuteOptions {
  /** Aborts the call. Default: the signal of the call that is running, if any. */
  signal?: AbortSignal;
  /** Whether to try again after this error of this attempt. Asked as well as the policy's own `retryIf`; both must agree. */
  retryIf?: (error: unknown, attempt: number) => boolean;
  /**
   * Whether to wait as long as this error asks before the next attempt. Default: as the policy says. For calls whose next
   * attempt goes to somebody else than the one who asked.
   */
  respectRetryAfter?: (error: unknown) => boolean;
  /** Whether making the call twice does no more than making it once; otherwise it is never hedged. Default `true`. */
  idempotent?: boolean;
  /** Calls with the same key share one execution, where the policy coalesces. Default: shares with none. */
  key?: string;
  /** Who gets in first where not all do. Default: the priority of the call that is running, else `'normal'`. */
  priority?: Priority;
  /**
   * Whether the breaker records this failure; otherwise it counts for nothing. Asked as well as the policy's own
   * `recordIf`; both must agree. For failures of which the call knows that they do not concern all of what is guarded.
   */
  recordIf?: (error: unknown, attempt: number) => boolean;
  /** A limit for this call, over all its attempts. The shorter one of it and the policy's total counts. Default: none. */
  timeout?: Duration;
  /**
   * For a call that hands its result out before its work has ended, such as a body that is still coming: made at that
   * moment. From then on the call is neither tried again nor replaced, no timeout ends it and its breaker has heard of its
   * success; what it was let in for is given back when it ends. Default: none, it hands out its result at its end.
   */
  commitment?: Commitment;
  /** Told before each pause, so that the caller knows how many attempts were made. */
  onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
}

/** A few policies around a call, in their fixed order. */
export interface Pipeline {
  readonly name: string;
  /**
   * Runs the call under the policies. It rejects with the last attempt's own error, with the rejection of a policy, or
   * with the abort reason of the caller. What it cannot work with, such as a `timeout` that is no duration, rejects with a
   * `TypeError` before any policy sees the call.
   */
  execute<T>(call: (attempt: Attempt) => Promise<T>, options?: ExecuteOptions): Promise<T>;
}
