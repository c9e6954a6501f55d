import { type Clock, within } from '@rookery/common';

/**
 * Asks the registry something, for a limited time: a call that hangs must not stop a heart-beat for ever. It is a
 * background task, which does not keep the process alive. `what` names the call in the error of one that took too long.
 */
export function askRegistry<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const late = () => new Error(`${what} took longer than ${ms} ms`);
  return within(clock, ms, work, { signal, late, background: true });
}
