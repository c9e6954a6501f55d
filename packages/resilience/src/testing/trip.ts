import { UnknownCircuitError } from '../registry/unknown-circuit.error.js';
import { type PolicyRegistry } from '../registry/policy-registry.js';

/**
 * Opens a circuit as failing calls would have: it rejects calls for its `openDuration`, then lets trial calls through.
 * Throws when there is no such circuit, and when it cannot open, because it only measures or is in an operator's hands.
 */
export function trip(registry: PolicyRegistry, name: string): void {
  const breaker = registry.breaker(name);
  if (!breaker) {
    const known = registry.list().flatMap((policy) => (policy.state === undefined ? [] : [policy.name]));
    throw new UnknownCircuitError('trip', name, known);
  }
  const { state } = breaker;
  if (state !== 'closed' && state !== 'half-open' && state !== 'open') {
    throw new TypeError(`trip: the circuit "${name}" is ${state}, so nothing its calls do opens it.`);
  }
  if (state !== 'open') breaker.trip();
}
