import { type MethodPlan } from '../service-config/method-plan.js';
import { type Contract, type ContractMethod } from './contract.js';
import { type CallKind, isDeclaredIdempotent, kindOf } from './method.js';

/** A method of a contract with what all its calls have in common. */
export interface PreparedMethod extends MethodPlan {
  readonly definition: ContractMethod;
  readonly kind: CallKind;
  /** With its package and service, without a slash in front: it names spans. */
  readonly name: string;
  readonly service: string;
  readonly method: string;
  /** How messages name its calls. */
  readonly label: string;
  readonly idempotent: boolean;
}

/** @param service The name by which the service is found. */
export function prepareMethod(
  service: string,
  { name: contract }: Contract,
  [method, definition]: readonly [string, ContractMethod],
  plan: MethodPlan,
): PreparedMethod {
  const name = definition.path.slice(1);
  return {
    ...plan,
    definition,
    kind: kindOf(definition),
    name,
    service: contract,
    method,
    label: `${service}/${name}`,
    idempotent: isDeclaredIdempotent(definition),
  };
}
