import { type DeclaredPolicies } from './method-policies.js';
import { policyDecorator } from './policy.decorator.js';

type Options<Stage extends keyof DeclaredPolicies> = Required<DeclaredPolicies>[Stage];

/** A decorator that declares one of a method's policies. */
export function declareStage<Stage extends keyof DeclaredPolicies>(
  decorator: string,
  stage: Stage,
  options: Options<Stage>,
): MethodDecorator {
  return declareStageFrom(decorator, stage, options, options);
}

/** The same for a decorator that makes its options from something else, which is `given`. */
export function declareStageFrom<Stage extends keyof DeclaredPolicies>(
  decorator: string,
  stage: Stage,
  given: unknown,
  options: Options<Stage>,
): MethodDecorator {
  return policyDecorator(decorator, given, ({ declared }) => {
    if (declared[stage] !== undefined) return 'repeated';
    declared[stage] = options;
    return 'declared';
  });
}
