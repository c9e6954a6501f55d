import { type Clock, messageOf, sleep } from '@rookery/common';
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
  const ended = new AbortController();
  const signal = AbortSignal.any([stop, ended.signal]);
  try {
    return await Promise.race([attempt(indicator, signal), limit(clock, indicator.timeoutMs, signal)]);
  } finally {
    ended.abort(new Error('The check is over.'));
  }
}

async function attempt(indicator: Indicator, signal: AbortSignal): Promise<HealthFinding> {
  try {
    return await indicator.check(signal);
  } catch (error) {
    return down(error);
  }
}

async function limit(clock: Clock, timeoutMs: number, signal: AbortSignal): Promise<HealthFinding> {
  try {
    await sleep(clock, timeoutMs, signal);
    return { status: 'down', message: `no answer within ${timeoutMs} ms` };
  } catch (error) {
    return down(error);
  }
}

function down(error: unknown): HealthFinding {
  return { status: 'down', message: messageOf(error) };
}
