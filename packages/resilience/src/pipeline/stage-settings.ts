import { type AdaptiveThrottleSettings } from '../adaptive-throttle/adaptive-throttle.options.js';
import { type BulkheadSettings } from '../bulkhead/bulkhead.options.js';
import { type ChaosSettings } from '../chaos/chaos.options.js';
import { type CircuitBreakerSettings } from '../circuit-breaker/circuit-breaker.options.js';
import { type CoalesceSettings } from '../coalesce/coalesce.options.js';
import { type ConcurrencyLimitSettings } from '../concurrency-limit/concurrency-limit.options.js';
import { type FallbackDeclaration } from '../fallback/fallback.options.js';
import { type HedgeSettings } from '../hedge/hedge.options.js';
import { type RetryBudgetSettings } from '../retry-budget/retry-budget.options.js';
import { type RateLimitSettings } from '../rate-limit/rate-limit.options.js';
import { type RetrySettings } from '../retry/retry.options.js';
import { type TimeoutSettings } from '../timeout/timeout.options.js';

/** What each stage of a pipeline is made from: checked options with their defaults filled in. */
export interface StageSettings {
  readonly fallback: FallbackDeclaration;
  readonly totalTimeout: TimeoutSettings;
  readonly retry: RetrySettings;
  readonly retryBudget: RetryBudgetSettings;
  readonly adaptiveThrottle: AdaptiveThrottleSettings;
  readonly rateLimit: RateLimitSettings;
  readonly bulkhead: BulkheadSettings;
  readonly concurrencyLimit: ConcurrencyLimitSettings;
  readonly circuitBreaker: CircuitBreakerSettings;
  readonly attemptTimeout: TimeoutSettings;
  readonly hedge: HedgeSettings;
  readonly coalesce: CoalesceSettings;
  readonly chaos: ChaosSettings;
}

/** The settings of the stages that a pipeline has. */
export type PolicySettings = Partial<StageSettings>;
