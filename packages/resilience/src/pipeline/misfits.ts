import { toMilliseconds } from '@rookery/common';
import { type PolicySettings } from './stage-settings.js';

/** A sentence for each pair of policies that are fine by themselves and do not work together. */
export function misfits(settings: PolicySettings): string[] {
  const problems = [
    windowTooShort(settings),
    hedgeTooLate(settings),
    limitOutOfReach(settings),
    waitWithoutQueue(settings),
  ];
  return problems.filter((problem) => problem !== undefined);
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

/** A hedge joins an attempt that takes long. Nobody waits that long where a timeout ends the attempt before. */
function hedgeTooLate({ hedge, totalTimeout, attemptTimeout }: PolicySettings): string | undefined {
  if (!hedge) return undefined;
  const { delay } = hedge;
  const [option, delayMs] =
    delay.type === 'fixed' ? ['hedge.delay', delay.ms] : ['hedge.delay.initialDelay', delay.initialMs];
  const limits = [totalTimeout, attemptTimeout].filter((limit) => limit !== undefined);
  const sooner = limits.find(({ limitMs }) => delayMs !== undefined && limitMs <= delayMs);
  if (!sooner) return undefined;
  return (
    `${option} of ${delayMs} ms is no shorter than timeout.${sooner.scope} of ${sooner.limitMs} ms, ` +
    `so no attempt would ever be joined by another. Use a delay well below ${sooner.limitMs} ms.`
  );
}

/** The limit could neither grow nor shrink, because the bulkhead in front of it always lets in fewer calls. */
function limitOutOfReach({ bulkhead, concurrencyLimit }: PolicySettings): string | undefined {
  if (!bulkhead || !concurrencyLimit || bulkhead.maxConcurrent >= concurrencyLimit.min) return undefined;
  return (
    `bulkhead.maxConcurrent of ${bulkhead.maxConcurrent} is less than concurrencyLimit.min of ${concurrencyLimit.min}, ` +
    'so the limit would never do anything. Raise the one, lower the other, or keep only one of the two policies.'
  );
}

function waitWithoutQueue({ bulkhead }: PolicySettings): string | undefined {
  if (!bulkhead || bulkhead.queueTimeoutMs === Infinity || bulkhead.maxQueue > 0) return undefined;
  return (
    `bulkhead.queueTimeout of ${bulkhead.queueTimeoutMs} ms does nothing with bulkhead.maxQueue of 0: no call waits. ` +
    'Give it a maxQueue, or leave queueTimeout out.'
  );
}
