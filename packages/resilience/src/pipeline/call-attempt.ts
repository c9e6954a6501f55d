import { type CallContext, currentContext, runInContext } from '@rookery/common';
import { type Execution } from './policy.js';

/**
 * The innermost layer: makes the call, in a context that holds its signal and deadline. The attempt ends when its
 * signal aborts, also if the call does not listen to it; otherwise a breaker would never hear of a call that hangs.
 */
export async function callAttempt(execution: Execution): Promise<unknown> {
  const { call, signal } = execution;
  // Not one shared signal for all: what listens to it and forgets to leave would pile up there.
  if (!signal) return call({ number: execution.attempt, signal: new AbortController().signal });
  signal.throwIfAborted();
  const work = inContextOf(execution, async () => call({ number: execution.attempt, signal }));
  return untilAborted(work, signal);
}

function inContextOf<T>({ signal, deadline }: Execution, work: () => T): T {
  const current = currentContext();
  if (current.signal === signal && (current.deadline ?? Infinity) === deadline) return work();
  const changes: CallContext = { ...(signal && { signal }), ...(deadline < Infinity && { deadline }) };
  return runInContext(changes, work);
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const settled = () => signal.removeEventListener('abort', onAbort);
    work.then(
      (value) => {
        settled();
        return resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
    // It may have been aborted while the call was being made, and then no event comes any more.
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
