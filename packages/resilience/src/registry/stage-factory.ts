import { BulkheadPolicy } from '../bulkhead/bulkhead.policy.js';
import { CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { FallbackPolicy } from '../fallback/fallback.policy.js';
import { type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type StageSettings } from '../pipeline/stage-settings.js';
import { RetryPolicy } from '../retry/retry.policy.js';
import { TimeoutPolicy } from '../timeout/timeout.policy.js';

type Create<Settings> = (name: string, settings: Settings, parts: PolicyParts) => Policy;

/** How each stage is made from its settings. */
export const STAGE_FACTORY: { [Stage in keyof StageSettings]: Create<StageSettings[Stage]> } = {
  fallback: (...of) => new FallbackPolicy(...of),
  totalTimeout: (...of) => new TimeoutPolicy(...of),
  retry: (...of) => new RetryPolicy(...of),
  bulkhead: (...of) => new BulkheadPolicy(...of),
  circuitBreaker: (...of) => new CircuitBreakerPolicy(...of),
  attemptTimeout: (...of) => new TimeoutPolicy(...of),
};
