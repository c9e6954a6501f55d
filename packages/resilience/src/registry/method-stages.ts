import { checkOptions } from '@rookery/common';
import { policySettings } from '../pipeline/policy.options.js';
import { type Stages } from '../pipeline/stages.js';
import { methodCheck, type MethodPolicies } from '../weaving/method-policies.js';
import { type CircuitBreakers } from './circuit-breakers.js';
import { type StageFactory } from './stage-factory.js';

/** The stages that a method's own decorators declare. Throws when their options cannot be used. */
export function methodStages(
  method: MethodPolicies,
  factory: StageFactory,
  breakers: CircuitBreakers,
): Stages {
  const { name, declared } = method;
  const { fallback, circuitBreaker, ...rest } = checkOptions(name, methodCheck, declared);
  const { name: shared, ...breaker } = circuitBreaker ?? {};
  const settings = policySettings({ ...rest, ...(circuitBreaker && { circuitBreaker: breaker }) });
  const stages = factory.stages(name, settings, (own) =>
    shared === undefined
      ? breakers.own(name, own)
      : breakers.share(shared, own, `@CircuitBreaker on ${name}`),
  );
  return fallback ? { ...stages, fallback: factory.fallback(name, fallback) } : stages;
}
