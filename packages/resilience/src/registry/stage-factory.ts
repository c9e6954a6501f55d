import { AdaptiveThrottlePolicy } from '../adaptive-throttle/adaptive-throttle.policy.js';
import { BulkheadPolicy } from '../bulkhead/bulkhead.policy.js';
import { ChaosPolicy } from '../chaos/chaos.policy.js';
import { CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { CoalescePolicy } from '../coalesce/coalesce.policy.js';
import { ConcurrencyLimitPolicy } from '../concurrency-limit/concurrency-limit.policy.js';
import { FallbackPolicy } from '../fallback/fallback.policy.js';
import { HedgePolicy } from '../hedge/hedge.policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type StageSettings } from '../pipeline/stage-settings.js';
import { type Stages } from '../pipeline/stages.js';
import { SlidingRetryBudget } from '../retry-budget/sliding-retry-budget.js';
import { RateLimitPolicy } from '../rate-limit/rate-limit.policy.js';
import { RetryPolicy } from '../retry/retry.policy.js';
import { TimeoutPolicy } from '../timeout/timeout.policy.js';

type Create<Stage extends keyof StageSettings> = (
  name: string,
  settings: StageSettings[Stage],
  parts: PolicyParts,
) => NonNullable<Stages[Stage]>;

/** How each stage is made from its settings. */
export const STAGE_FACTORY: { [Stage in keyof StageSettings]: Create<Stage> } = {
  fallback: (...of) => new FallbackPolicy(...of),
  totalTimeout: (...of) => new TimeoutPolicy(...of),
  retry: (...of) => new RetryPolicy(...of),
  retryBudget: (_name, settings, parts) => new SlidingRetryBudget(settings, parts),
  adaptiveThrottle: (...of) => new AdaptiveThrottlePolicy(...of),
  rateLimit: (...of) => new RateLimitPolicy(...of),
  bulkhead: (...of) => new BulkheadPolicy(...of),
  concurrencyLimit: (...of) => new ConcurrencyLimitPolicy(...of),
  circuitBreaker: (...of) => new CircuitBreakerPolicy(...of),
  attemptTimeout: (...of) => new TimeoutPolicy(...of),
  hedge: (...of) => new HedgePolicy(...of),
  coalesce: (...of) => new CoalescePolicy(...of),
  chaos: (...of) => new ChaosPolicy(...of),
};
