import { type RetryBudget } from '../retry-budget/retry-budget.js';
import { type Next, type Policy } from './policy.js';

/**
 * The layers of a pipeline from the outside in. The order is fixed, because the other orders are mistakes:
 *
 * - the fallback is outermost, so that it never hides a failure from the retry or the breaker;
 * - the total timeout spans all attempts and the pauses between them;
 * - calls are coalesced inside of it, so that each caller waits for a shared call as long as it wants to;
 * - the retry is outside of all that turns calls away, and never tries again what was turned away;
 * - each hedge is an attempt of its own, which the layers below see as any other;
 * - what protects this side (adaptive throttle, rate limit, bulkhead, concurrency limit) is outside of the breaker, so that
 *   what it turns away is not recorded as a failure of what is called;
 * - the attempt timeout is inside of the breaker, so that a hanging attempt is recorded as a failure;
 * - chaos is innermost, so that every policy meets what it injects as if the call had done it.
 */
export const STAGES = [
  'fallback',
  'totalTimeout',
  'coalesce',
  'retry',
  'hedge',
  'adaptiveThrottle',
  'rateLimit',
  'bulkhead',
  'concurrencyLimit',
  'circuitBreaker',
  'attemptTimeout',
  'chaos',
] as const;

export type StageName = (typeof STAGES)[number];

/** The policies of a pipeline, each in its place, and the budget that its retries and hedges share. */
export type Stages = { readonly [Stage in StageName]?: Policy } & { readonly retryBudget?: RetryBudget };

/** One function that runs a call through the stages. Built once a pipeline, so that a call creates no layers. */
export function compose(stages: Stages, innermost: Next): Next {
  return STAGES.reduceRight<Next>((next, stage) => {
    const policy = stages[stage];
    return policy ? (execution) => policy.execute(execution, next) : next;
  }, innermost);
}
