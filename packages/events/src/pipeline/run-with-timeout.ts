import { type Clock, type ScheduledTask } from '@rookery/common';
import { HandlerTimeoutError } from './handler-timeout.error.js';

/** Runs `work` with a signal that aborts after `ms` milliseconds or with `outer`. Rejects when the time is over. */
export async function runWithTimeout<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  const controller = new AbortController();
  const signal = AbortSignal.any([outer, controller.signal]);
  let timer: ScheduledTask | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = clock.schedule(ms, () => {
      const error = new HandlerTimeoutError(ms);
      controller.abort(error);
      reject(error);
    });
  });
  try {
    return await Promise.race([work(signal), expired]);
  } finally {
    timer?.cancel();
  }
}
