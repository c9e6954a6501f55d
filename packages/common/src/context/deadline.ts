import { type Clock } from '../clock/clock.js';
import { currentContext, runInContext } from './call-context.js';

/** Milliseconds left until the current call's deadline, never negative; `Infinity` when it has none. */
export function remainingTime(clock: Clock): number {
  const { deadline } = currentContext();
  return deadline === undefined ? Infinity : Math.max(0, deadline - clock.monotonic());
}

/**
 * Runs `work` with at most `ms` milliseconds to go and with `signal` as the call's abort signal.
 * A deadline only ever shrinks: an earlier one that is already set stays.
 */
export function runWithDeadline<T>(clock: Clock, ms: number, signal: AbortSignal, work: () => T): T {
  const deadline = Math.min(currentContext().deadline ?? Infinity, clock.monotonic() + ms);
  return runInContext({ deadline, signal }, work);
}
