export { Signal } from '@rookery/common';
export { GUARDED_BY, type GuardedClient } from './audit/guarded-by.js';
export { AdaptiveThrottle } from './adaptive-throttle/adaptive-throttle.decorator.js';
export {
  ADAPTIVE_THROTTLE_DEFAULTS,
  type AdaptiveThrottleOptions,
} from './adaptive-throttle/adaptive-throttle.options.js';
export { ThrottledError } from './adaptive-throttle/throttled.error.js';
export { BulkheadFullError } from './bulkhead/bulkhead-full.error.js';
export { Bulkhead } from './bulkhead/bulkhead.decorator.js';
export { BULKHEAD_DEFAULTS, type BulkheadOptions } from './bulkhead/bulkhead.options.js';
export { Chaos } from './chaos/chaos.decorator.js';
export { ChaosError } from './chaos/chaos.error.js';
export {
  CHAOS_DEFAULTS,
  type ChaosFault,
  type ChaosLatency,
  type ChaosOptions,
  type ChaosOutcome,
} from './chaos/chaos.options.js';
export { CircuitBreaker } from './circuit-breaker/circuit-breaker.decorator.js';
export {
  CIRCUIT_BREAKER_DEFAULTS,
  type CircuitBreakerOptions,
  type CircuitMode,
} from './circuit-breaker/circuit-breaker.options.js';
export {
  type CircuitSnapshot,
  type ControlOptions,
  type OverrideOptions,
} from './circuit-breaker/circuit-control.js';
export { CircuitOpenError } from './circuit-breaker/circuit-open.error.js';
export { type CircuitState } from './circuit-breaker/circuit.js';
export { OPEN_BACKOFF_DEFAULTS, type OpenDuration } from './circuit-breaker/open-duration.options.js';
export {
  type CountWindow,
  type SlidingWindow,
  type TimeWindow,
} from './circuit-breaker/sliding-window.options.js';
export { Coalesce } from './coalesce/coalesce.decorator.js';
export { type CoalesceOptions } from './coalesce/coalesce.options.js';
export { ConcurrencyLimit } from './concurrency-limit/concurrency-limit.decorator.js';
export { ConcurrencyLimitError } from './concurrency-limit/concurrency-limit.error.js';
export {
  CONCURRENCY_LIMIT_DEFAULTS,
  type ConcurrencyLimitOptions,
} from './concurrency-limit/concurrency-limit.options.js';
export { type ArgumentFunction } from './errors/ask-about-arguments.js';
export { type ArgumentsDecorator } from './errors/fits-arguments.js';
export { PredicateError } from './errors/predicate.error.js';
export { isRejection, RejectionError } from './errors/rejection.error.js';
export { type ResultPredicate } from './errors/result-predicate.js';
export { RESILIENCE_CHANNEL } from './events/event-hub.js';
export {
  type BudgetExhausted,
  type ChaosInjected,
  type CircuitChange,
  type CircuitClosed,
  type CircuitHalfOpen,
  type CircuitOpened,
  type CircuitOverridden,
  type CircuitOverride,
  type CircuitThresholdExceeded,
  type Coalesced,
  type FellBack,
  type Hedged,
  type LimitChanged,
  type OpenReason,
  type Reconfigured,
  type Rejected,
  type ResilienceEvent,
  type Retried,
  type TimedOut,
} from './events/resilience-event.js';
export { Fallback, type FallbackResult } from './fallback/fallback.decorator.js';
export { type FallbackOptions } from './fallback/fallback.options.js';
export { type CircuitHealthOptions } from './health/circuit-health.options.js';
export { type CircuitHealth } from './health/circuit-health.js';
export { ResilienceHealthIndicator } from './health/resilience-health.indicator.js';
export { UnknownCircuitError } from './registry/unknown-circuit.error.js';
export { HEDGE_QUANTILE_DEFAULTS, type HedgeQuantile } from './hedge/hedge-delay.options.js';
export { HedgeLostError } from './hedge/hedge-lost.error.js';
export { Hedge } from './hedge/hedge.decorator.js';
export { HEDGE_DEFAULTS, type HedgeOptions } from './hedge/hedge.options.js';
export { isClientError } from './outcome/client-error.js';
export { type ErrorKind, kindOf } from './outcome/outcome.js';
export { Commitment } from './pipeline/commitment.js';
export { type Attempt, type ExecuteOptions, type Pipeline } from './pipeline/pipeline.js';
export { type PolicyOptions } from './pipeline/policy.options.js';
export { PRIORITIES, type Priority } from './pipeline/priority.js';
export { RateLimit } from './rate-limit/rate-limit.decorator.js';
export { RateLimitError } from './rate-limit/rate-limit.error.js';
export {
  type KeyFunction,
  RATE_LIMIT_DEFAULTS,
  type RateLimitOptions,
} from './rate-limit/rate-limit.options.js';
export { CircuitAdmin } from './registry/circuit-admin.js';
export { PolicyConflictError } from './registry/policy-conflict.error.js';
export { PolicyInUseError } from './registry/policy-in-use.error.js';
export { PolicyRegistry, type PolicyRegistrySeams, type PolicySummary } from './registry/policy-registry.js';
export { type PolicyOrigin } from './registry/settings-over.js';
export { UnknownPolicyError } from './registry/unknown-policy.error.js';
export { ResilienceModule } from './resilience.module.js';
export { type ResilienceOptions } from './resilience.options.js';
export { RetryBudget } from './retry-budget/retry-budget.decorator.js';
export { RETRY_BUDGET_DEFAULTS, type RetryBudgetOptions } from './retry-budget/retry-budget.options.js';
export { Retry } from './retry/retry.decorator.js';
export { RETRY_DEFAULTS, type RetryOptions } from './retry/retry.options.js';
export { Timeout } from './timeout/timeout.decorator.js';
export { TimeoutError, type TimeoutScope } from './timeout/timeout.error.js';
export { TIMEOUT_DEFAULTS, type TimeoutMode, type TimeoutOptions } from './timeout/timeout.options.js';
export { type PriorityFunction } from './waiting/priority-of.js';
export { type Refusal } from './waiting/refusal.js';
export { guardStream, type StreamCall } from './weaving/guard-stream.js';
export { type MethodCircuitBreakerOptions } from './weaving/method-policies.js';
export { streamProblems } from './weaving/stream-misfits.js';
export { UndeclaredStreamError } from './weaving/undeclared-stream.error.js';
export { UsePolicy } from './weaving/use-policy.decorator.js';
