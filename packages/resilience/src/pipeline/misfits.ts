import { type PolicySettings } from './stage-settings.js';
import { timeoutMisfits } from './timeout-misfits.js';

/** A sentence for each pair of policies that are fine by themselves and do not work together. */
export function misfits(settings: PolicySettings): string[] {
  const problems = [...timeoutMisfits(settings), limitOutOfReach(settings), waitWithoutQueue(settings)];
  return problems.filter((problem) => problem !== undefined);
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
