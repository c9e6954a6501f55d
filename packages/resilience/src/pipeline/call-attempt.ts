import { type CallContext, currentContext, runInFreshContext } from '@rookery/common';
import { type Attempt } from './pipeline.js';
import { type Execution } from './policy.js';

/**
 * The innermost layer: makes the call, in a context that holds its signal and deadline. The attempt ends when its
 * signal aborts, also if the call does not listen to it; otherwise a breaker would never hear of a call that hangs.
 * Under a cooperative timeout it ends when the work has ended.
 */
export function callAttempt(execution: Execution): Promise<unknown> {
  const { call, signal, attempt: number, firstValueBy } = execution;
  if (!signal) return start(call, new EndlessAttempt(number));
  if (signal.aborted) return Promise.reject(signal.reason);
  const attempt: Attempt = firstValueBy === undefined ? { number, signal } : { number, signal, firstValueBy };
  const work = inContextOf(execution, signal, () => start(call, attempt));
  return execution.cooperative ? orReason(work, signal) : untilAborted(work, signal, execution);
}

/** An attempt that nobody can abort. Few calls look at their signal, so it is made for those that do. */
class EndlessAttempt implements Attempt {
  #signal: AbortSignal | undefined;

  constructor(readonly number: number) {}

  // Not one shared signal for all: what listens to it and forgets to leave would pile up there.
  get signal(): AbortSignal {
    return (this.#signal ??= new AbortController().signal);
  }
}

function start(call: Execution['call'], attempt: Attempt): Promise<unknown> {
  try {
    return Promise.resolve(call(attempt));
  } catch (error) {
    return Promise.reject(error);
  }
}

function inContextOf<T>({ deadline }: Execution, signal: AbortSignal, work: () => T): T {
  const current = currentContext();
  if (current.signal === signal && (current.deadline ?? Infinity) === deadline) return work();
  const context: CallContext =
    deadline < Infinity ? { ...current, signal, deadline } : { ...current, signal };
  return runInFreshContext(context, work);
}

/** What came in spite of the abort is still what the caller waited for; an error is the abort's doing. */
async function orReason(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

function untilAborted(
  work: Promise<unknown>,
  signal: AbortSignal,
  { scope, onAbandoned }: Execution,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      onAbandoned?.(work);
      reject(signal.reason);
    };
    const stop = whenAborted(signal, scope, onAbort);
    work.then(
      (value) => {
        stop();
        return resolve(value);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}

/** Calls the listener once the signal is aborted, until it is told to stop. */
function whenAborted(signal: AbortSignal, scope: Execution['scope'], listener: () => void): () => void {
  // It may have been aborted while the call was being made, and then no event comes any more.
  if (signal.aborted) {
    listener();
    return doNothing;
  }
  if (scope?.signal === signal) {
    scope.onAbort = listener;
    return () => (scope.onAbort = undefined);
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

function doNothing(): void {}
