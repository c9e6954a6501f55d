import { type Clock } from '@rookery/common';

/**
 * Runs `work` with a signal that aborts after `ms` milliseconds or with `outer`, and rejects then whether or not the
 * work listens: a call to a registry that hangs must not stop a heart-beat for ever.
 */
export async function bounded<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  outer?.throwIfAborted();
  const abort = new AbortController();
  const onOuter = () => abort.abort(outer?.reason);
  outer?.addEventListener('abort', onOuter, { once: true });
  const timer = clock.schedule(ms, () => abort.abort(new Error(`${what} took longer than ${ms} ms`)), {
    background: true,
  });
  try {
    return await Promise.race([work(abort.signal), rejectOnAbort(abort.signal)]);
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', onOuter);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
