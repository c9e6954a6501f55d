import { type Clock, type Random } from '@rookery/common';
import { CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { type EventSink } from '../events/event-sink.js';
import { FallbackPolicy } from '../fallback/fallback.policy.js';
import { type FallbackDeclaration } from '../fallback/fallback.options.js';
import { type PolicySettings } from '../pipeline/policy.options.js';
import { type Stages } from '../pipeline/stages.js';
import { RetryPolicy } from '../retry/retry.policy.js';
import { TimeoutPolicy } from '../timeout/timeout.policy.js';

/** The breaker that a set of stages gets; who shares it is not the factory's business. */
export type BreakerOf = (settings: NonNullable<PolicySettings['circuitBreaker']>) => CircuitBreakerPolicy;

/** Makes policies from settings, and gives them what all policies of an app share. */
export class StageFactory {
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly events: EventSink,
  ) {}

  readonly breaker = (name: string, settings: NonNullable<PolicySettings['circuitBreaker']>) =>
    new CircuitBreakerPolicy(name, settings, this.clock, this.events);

  /** The limit that a call brings along. */
  limit(name: string, ms: number): TimeoutPolicy {
    return new TimeoutPolicy(name, 'total', ms, this.clock, this.events);
  }

  fallback(name: string, declaration: FallbackDeclaration): FallbackPolicy {
    return new FallbackPolicy(name, declaration, this.events);
  }

  stages(name: string, { timeout, retry, circuitBreaker }: PolicySettings, breakerOf: BreakerOf): Stages {
    const { clock, random, events } = this;
    const limit = (scope: 'total' | 'attempt', ms: number) =>
      new TimeoutPolicy(name, scope, ms, clock, events);
    return {
      ...(timeout?.total !== undefined && { totalTimeout: limit('total', timeout.total) }),
      ...(retry && { retry: new RetryPolicy(name, retry, clock, random, events) }),
      ...(circuitBreaker && { circuitBreaker: breakerOf(circuitBreaker) }),
      ...(timeout?.attempt !== undefined && { attemptTimeout: limit('attempt', timeout.attempt) }),
    };
  }
}
