import { type CallContext, currentContext, runInContext } from '@rookery/common';
import { type Execution } from './policy.js';

/**
 * The innermost layer: makes the call, in a context that holds its signal and deadline. The attempt ends when its
 * signal aborts, also if the call does not listen to it; otherwise a breaker would never hear of a call that hangs.
 * Under a cooperative timeout it ends when the work has ended.
 */
export async function callAttempt(execution: Execution): Promise<unknown> {
  const { call, signal, attempt: number } = execution;
  // Not one shared signal for all: what listens to it and forgets to leave would pile up there.
  if (!signal) return call({ number, signal: new AbortController().signal });
  signal.throwIfAborted();
  const work = inContextOf(execution, async () => call({ number, signal }));
  return execution.cooperative ? orReason(work, signal) : untilAborted(work, signal, execution.onAbandoned);
}

function inContextOf<T>({ signal, deadline }: Execution, work: () => T): T {
  const current = currentContext();
  if (current.signal === signal && (current.deadline ?? Infinity) === deadline) return work();
  const changes: CallContext = { ...(signal && { signal }), ...(deadline < Infinity && { deadline }) };
  return runInContext(changes, work);
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
  onAbandoned: Execution['onAbandoned'],
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      onAbandoned?.(work);
      reject(signal.reason);
    };
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
