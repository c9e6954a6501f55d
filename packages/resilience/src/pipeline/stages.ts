import { type Next, type Policy } from './policy.js';

/**
 * The layers of a pipeline from the outside in. The order is fixed, because the other orders are mistakes:
 *
 * - the fallback is outermost, so that it never hides a failure from the retry or the breaker;
 * - the total timeout spans all attempts and the pauses between them;
 * - the retry is outside of the breaker, so that the breaker sees every attempt and an open circuit ends the retries;
 * - the attempt timeout is inside of the breaker, so that a hanging attempt is recorded as a failure.
 */
export const STAGES = ['fallback', 'totalTimeout', 'retry', 'circuitBreaker', 'attemptTimeout'] as const;

export type StageName = (typeof STAGES)[number];

/** The policies of a pipeline, each in its place. */
export type Stages = { readonly [Stage in StageName]?: Policy };

/** One function that runs a call through the stages. Built once a pipeline, so that a call creates no layers. */
export function compose(stages: Stages, innermost: Next): Next {
  return STAGES.reduceRight<Next>((next, stage) => {
    const policy = stages[stage];
    return policy ? (execution) => policy.execute(execution, next) : next;
  }, innermost);
}
