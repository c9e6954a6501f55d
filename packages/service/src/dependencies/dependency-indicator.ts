import { type Clock, createBackoff, type Random, sleep, toMilliseconds } from '@rookery/common';
import { type HealthFinding, type Indicator } from '../health/indicator.js';
import { runCheck } from '../health/run-check.js';
import { type Dependency, DEPENDENCY_DEFAULTS } from './dependency.js';
import { type Locate } from './locate.js';
import { probe } from './probe.js';

/** Pauses between tries; short, because the check as a whole comes round again. */
const BACKOFF = { delay: '100ms', maxDelay: '1s', jitter: 'equal' } as const;

/** A declared dependency as a health indicator: tried again `retries` times before it counts as down. */
export function dependencyIndicator(
  dependency: Dependency,
  locate: Locate,
  intervalMs: number,
  clock: Clock,
  random: Random,
): Indicator {
  const {
    name,
    timeout = DEPENDENCY_DEFAULTS.timeout,
    retries = DEPENDENCY_DEFAULTS.retries,
    critical = DEPENDENCY_DEFAULTS.critical,
  } = dependency;
  const timeoutMs = toMilliseconds(timeout);
  const backoff = createBackoff(BACKOFF, random);
  const base = { name, groups: ['readiness'] as const, critical, intervalMs };
  const oneTry: Indicator = {
    ...base,
    timeoutMs,
    async check(signal) {
      const target = await locate();
      if (target) await probe(target, signal);
      return { status: 'up' };
    },
  };
  return {
    ...base,
    // Each try has its own limit; this one only bounds all of them with their pauses.
    timeoutMs: (timeoutMs + toMilliseconds(BACKOFF.maxDelay)) * (retries + 1),
    async check(signal) {
      let finding: HealthFinding = await runCheck(clock, oneTry, signal);
      for (let retry = 1; retry <= retries && finding.status === 'down'; retry++) {
        await sleep(clock, backoff(retry), signal);
        finding = await runCheck(clock, oneTry, signal);
      }
      return finding;
    },
  };
}
