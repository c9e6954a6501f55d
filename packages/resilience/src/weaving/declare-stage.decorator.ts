import { type DeclaredPolicies } from './method-policies.js';
import { policyDecorator } from './policy.decorator.js';

/** A decorator that declares one of a method's policies. */
export function declareStage<Stage extends keyof DeclaredPolicies>(
  decorator: string,
  stage: Stage,
  options: Required<DeclaredPolicies>[Stage],
): MethodDecorator {
  return policyDecorator(decorator, ({ declared }) => {
    if (declared[stage] !== undefined) return 'repeated';
    declared[stage] = options;
    return 'declared';
  });
}
