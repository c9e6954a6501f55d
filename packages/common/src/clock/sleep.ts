import { type Clock, type ScheduleOptions } from './clock.js';

/**
 * Resolves after `ms` milliseconds of the clock.
 * When the signal aborts first, it rejects at once with the signal's reason and leaves no timer behind.
 */
export function sleep(
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
  options?: ScheduleOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      task.cancel();
      reject(signal?.reason);
    };
    const task = clock.schedule(
      ms,
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      options,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
