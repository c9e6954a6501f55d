import { type Clock, type ScheduleOptions } from './clock.js';

export interface WithinOptions extends ScheduleOptions {
  /** Ends the work early: its reason becomes that of the work's signal, and of the rejection. */
  signal?: AbortSignal | undefined;
  /** The error of work that took too long. Default: one that names the limit. */
  late?: () => Error;
}

/**
 * Runs `work` for at most `ms` milliseconds, with a signal that aborts then. It rejects at that moment whether or not
 * the work listens, so that something that hangs cannot hold up what waits for it.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
  { signal: outer, late = () => new Error(`It took longer than ${ms} ms.`), ...schedule }: WithinOptions = {},
): Promise<T> {
  outer?.throwIfAborted();
  const ended = new AbortController();
  const onOuter = () => ended.abort(outer?.reason);
  outer?.addEventListener('abort', onOuter, { once: true });
  const timer = clock.schedule(ms, () => ended.abort(late()), schedule);
  // Listened to first, because the work may end the outer signal before it returns.
  const over = rejection(ended.signal);
  over.catch(() => {});
  try {
    return await Promise.race([over, work(ended.signal)]);
  } finally {
    timer.cancel();
    outer?.removeEventListener('abort', onOuter);
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
