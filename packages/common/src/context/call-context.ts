import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What travels with a call through the process, from the request that caused it to the calls it makes.
 * Packages add their own fields by declaration merging, so that the whole suite shares one AsyncLocalStorage:
 * each further one costs every `await` of the app.
 */
export interface CallContext {
  /** The moment by which the caller wants its answer, on the monotonic clock, in milliseconds. */
  readonly deadline?: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

const EMPTY: CallContext = Object.freeze({});
const storage = new AsyncLocalStorage<CallContext>();

/** The context of the running call; empty outside of any. */
export function currentContext(): CallContext {
  return storage.getStore() ?? EMPTY;
}

/** Runs `work`, and everything it starts, in the current context with `changes` laid over it. */
export function runInContext<T>(changes: CallContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...changes }, work);
}

/**
 * Runs `work` as the start of something new: with `context` alone, and nothing of what surrounds it.
 * For consumers and timers, which are started by one call but do not belong to it.
 */
export function runInFreshContext<T>(context: CallContext, work: () => T): T {
  return storage.run(context, work);
}
