import { createBackoff, toMilliseconds } from '@rookery/common';
import { type TimeoutSettings } from '../timeout/timeout.options.js';
import { type PolicySettings } from './stage-settings.js';

/** A sentence for each policy that is fine by itself and comes too late, or too early, for a timeout. */
export function timeoutMisfits(settings: PolicySettings): (string | undefined)[] {
  return [
    windowTooShort(settings),
    slowCallsUnseen(settings),
    trialsCutShort(settings),
    hedgeTooLate(settings),
    retryTooLate(settings),
    waitTooLong('rateLimit.maxWait', settings.rateLimit?.maxWaitMs, settings),
    // Infinity is what it is when nobody gave it.
    waitTooLong('bulkhead.queueTimeout', finite(settings.bulkhead?.queueTimeoutMs), settings),
  ];
}

/**
 * A call that hangs is recorded when its attempt times out. In a shorter window than two such calls, slow failures
 * would leave it before others come (the rule of .NET's standard resilience handler).
 */
function windowTooShort({ circuitBreaker, attemptTimeout }: PolicySettings): string | undefined {
  if (!circuitBreaker || !attemptTimeout || circuitBreaker.slidingWindow.type !== 'time') return undefined;
  const windowMs = toMilliseconds(circuitBreaker.slidingWindow.size);
  const leastMs = 2 * attemptTimeout.limitMs;
  if (windowMs >= leastMs) return undefined;
  return (
    `circuitBreaker.slidingWindow of ${windowMs} ms is too short for timeout.attempt of ${attemptTimeout.limitMs} ms: ` +
    `attempts that time out would leave the window before others join them. Use a window of at least ${leastMs} ms.`
  );
}

/** A cooperative timeout is left out: under it, a call takes as long as its work, which may be slow all the same. */
function slowCallsUnseen({ circuitBreaker, ...limits }: PolicySettings): string | undefined {
  if (!circuitBreaker || circuitBreaker.slowCallRateThreshold === false) return undefined;
  const { slowCallDurationMs } = circuitBreaker;
  const sooner = limitUpTo(slowCallDurationMs, limits);
  if (!sooner || sooner.mode === 'cooperative') return undefined;
  return (
    `circuitBreaker.slowCallDuration of ${slowCallDurationMs} ms is no shorter than ${said(sooner)}, which ends every call ` +
    `before it is slow, so slowCallRateThreshold would never be reached. Use a duration well below ${sooner.limitMs} ms.`
  );
}

function trialsCutShort({ circuitBreaker, attemptTimeout }: PolicySettings): string | undefined {
  if (!circuitBreaker || !attemptTimeout) return undefined;
  const { maxHalfOpenDurationMs } = circuitBreaker;
  if (maxHalfOpenDurationMs >= attemptTimeout.limitMs) return undefined;
  return (
    `circuitBreaker.maxHalfOpenDuration of ${maxHalfOpenDurationMs} ms is shorter than ${said(attemptTimeout)}: ` +
    `trial calls that are still in time would count as failed. Use at least ${attemptTimeout.limitMs} ms.`
  );
}

/** A hedge joins an attempt that takes long. Nobody waits that long where a timeout ends the attempt before. */
function hedgeTooLate({ hedge, ...limits }: PolicySettings): string | undefined {
  if (!hedge) return undefined;
  const { delay } = hedge;
  const [option, delayMs] =
    delay.type === 'fixed' ? ['hedge.delay', delay.ms] : ['hedge.delay.initialDelay', delay.initialMs];
  const sooner = limitUpTo(delayMs, limits);
  if (!sooner) return undefined;
  return (
    `${option} of ${delayMs} ms is no shorter than ${said(sooner)}, ` +
    `so no attempt would ever be joined by another. Use a delay well below ${sooner.limitMs} ms.`
  );
}

/** A retry that could not start in time is not made. */
function retryTooLate({ retry, totalTimeout }: PolicySettings): string | undefined {
  if (!retry || retry.attempts === 1 || !totalTimeout) return undefined;
  const shortestMs = createBackoff(retry.backoff, () => 0)(1);
  if (shortestMs < totalTimeout.limitMs) return undefined;
  return (
    `retry.backoff makes a first pause of at least ${shortestMs} ms, no shorter than ${said(totalTimeout)}, ` +
    `so no call would ever be tried again. Use a backoff.delay well below ${totalTimeout.limitMs} ms.`
  );
}

function waitTooLong(
  option: string,
  waitMs: number | undefined,
  { totalTimeout }: PolicySettings,
): string | undefined {
  if (waitMs === undefined || !totalTimeout || waitMs < totalTimeout.limitMs) return undefined;
  return (
    `${option} of ${waitMs} ms is no shorter than ${said(totalTimeout)}, so it does nothing: no call waits that long. ` +
    `Use a time well below ${totalTimeout.limitMs} ms.`
  );
}

/** A limit that ends an attempt before this time has passed, or as it passes. */
function limitUpTo(
  timeMs: number | undefined,
  { totalTimeout, attemptTimeout }: PolicySettings,
): TimeoutSettings | undefined {
  const limits = [totalTimeout, attemptTimeout].filter((limit) => limit !== undefined);
  return limits.find(({ limitMs }) => timeMs !== undefined && limitMs <= timeMs);
}

function said({ scope, limitMs }: TimeoutSettings): string {
  return `timeout.${scope} of ${limitMs} ms`;
}

function finite(ms: number | undefined): number | undefined {
  return ms === Infinity ? undefined : ms;
}
