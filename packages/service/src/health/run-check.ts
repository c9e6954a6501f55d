import { type Clock, messageOf, within } from '@rookery/common';
import { type HealthFinding, type Indicator } from './indicator.js';

/**
 * Runs one check, for as long as it may take and as long as `stop` allows. Never rejects: what goes wrong is what was
 * found. A check that ignores its signal is left behind.
 */
export async function runCheck(
  clock: Clock,
  indicator: Indicator,
  stop: AbortSignal,
): Promise<HealthFinding> {
  const { timeoutMs } = indicator;
  const late = () => new Error(`no answer within ${timeoutMs} ms`);
  try {
    return await within(clock, timeoutMs, (signal) => indicator.check(signal), { signal: stop, late });
  } catch (error) {
    return { status: 'down', message: messageOf(error) };
  }
}
