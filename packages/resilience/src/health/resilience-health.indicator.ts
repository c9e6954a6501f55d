import { checkOptions } from '@rookery/common';
import { type PolicyRegistry } from '../registry/policy-registry.js';
import { circuitHealth, type CircuitHealth } from './circuit-health.js';
import { circuitHealthCheck, type CircuitHealthOptions } from './circuit-health.options.js';

/**
 * Shows the circuits of the app on a health page. Up even when circuits are open: an open circuit means that something
 * else is ill, and an app taken out of the balancer for it could not even answer with its fallbacks
 * (resilience4j #607). What it returns is what an indicator of Terminus returns; Terminus itself is not needed.
 *
 * @example
 * \@Get('health') \@HealthCheck()
 * check() { return this.terminus.check([() => this.circuits.check('circuits')]); }
 */
export class ResilienceHealthIndicator {
  constructor(private readonly registry: PolicyRegistry) {}

  /** The state of every circuit now, under a key of the result. Throws when an option cannot be used. */
  check<const Key extends string>(key: Key, options: CircuitHealthOptions = {}): Record<Key, CircuitHealth> {
    const { downWhenOpen = [] } = checkOptions(`check("${key}")`, circuitHealthCheck, options);
    return { [key]: circuitHealth(this.registry.list(), downWhenOpen) } as Record<Key, CircuitHealth>;
  }
}
