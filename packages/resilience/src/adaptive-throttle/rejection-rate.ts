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
 * With several priorities, what is too much is taken from the lowest first: a request is judged as if there were none of
 * a lower priority. Where all requests have one priority, it is the formula of the book to the letter.
 */
export function rejectionRate(
  { requests, accepts }: ThrottleCounts,
  priority: Priority,
  { multiplier, maxRejectionRate, minimumCalls }: ThrottleTerms,
): number {
  const rank = PRIORITIES.indexOf(priority);
  let matter = 0;
  for (let higher = rank; higher < requests.length; higher += 1) matter += requests[higher] ?? 0;
  if (matter < minimumCalls) return 0;
  const rate = (matter - multiplier * accepts) / ((requests[rank] ?? 0) + 1);
  return Math.min(maxRejectionRate, Math.max(0, rate));
}
