import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type MethodCircuitBreakerOptions } from '../weaving/method-policies.js';

/**
 * Stops calling the method while it keeps failing: calls are then rejected at once with a `CircuitOpenError`. Works on
 * any method of a provider or controller. The method has a breaker of its own unless the options give a `name`.
 *
 * @example
 * \@CircuitBreaker({ consecutiveFailures: 5, openDuration: '60s', halfOpenMaxCalls: 3 })
 * find(id: string) { return this.http.get(`/users/${id}`); }
 */
export function CircuitBreaker(options: MethodCircuitBreakerOptions = {}): MethodDecorator {
  return declareStage('CircuitBreaker', 'circuitBreaker', options);
}
