import { PRIORITIES, type Priority } from '../pipeline/priority.js';
import { type ThrottleCounts } from './throttle-window.js';

/** What decides how much is turned away. */
export interface ThrottleTerms {
  readonly multiplier: number;
  readonly maxRejectionRate: number;
  readonly minimumCalls: number;
}

/**
 * The probability to turn a request of this priority away: `max(0, (requests - K * accepts) / (requests + 1))`, from
 * "Handling Overload" in Google's Site Reliability Engineering, chapter 21.
 *
 * With several priorities, what is too much is taken from the lowest first. A priority is touched when the one below it
 * is turned away as far as `maxRejectionRate` and that is not enough; where all requests have one priority, it is the
 * formula of the book to the letter.
 */
export function rejectionRate(
  { requests, accepts }: ThrottleCounts,
  priority: Priority,
  { multiplier, maxRejectionRate, minimumCalls }: ThrottleTerms,
): number {
  let excess = -multiplier * accepts;
  let all = 0;
  for (const count of requests) {
    excess += count;
    all += count;
  }
  if (excess <= 0 || all < minimumCalls) return 0;
  const rank = PRIORITIES.indexOf(priority);
  for (let lower = 0; lower < rank; lower += 1) excess -= maxRejectionRate * (requests[lower] ?? 0);
  const rate = excess / ((requests[rank] ?? 0) + 1);
  return Math.min(maxRejectionRate, Math.max(0, rate));
}
