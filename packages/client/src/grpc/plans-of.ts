import { OptionsError, toMilliseconds } from '@rookery/common';
import { type Contract } from './contract/contract.js';
import {
  FOR_FEATURE,
  GRPC_CLIENT_DEFAULTS,
  type GrpcClientOptions,
  grpcPolicies,
} from './grpc-client.options.js';
import { cutTimeouts } from './service-config/cut-timeouts.js';
import { type MethodPlan, MethodPlans, type PlanParts, refuseForeign } from './service-config/method-plan.js';
import { unknownNames } from './service-config/unknown-names.js';

/**
 * How the calls of each method are made by the service config of a client; `undefined` when it has none. Throws an
 * `OptionsError` when it names what the contract does not have, wants calls to take longer than the client lets them, or asks
 * for what this client does by other means.
 */
export function plansOf(
  path: string,
  { service, serviceConfig, ...own }: GrpcClientOptions,
  { name, methods }: Contract,
  parts: Pick<PlanParts, 'pipeline' | 'policies'>,
): ((method: string) => MethodPlan) | undefined {
  if (!serviceConfig) return undefined;
  const unary = [...methods].flatMap(([method, { responseStream }]) =>
    responseStream ? [] : [[name, method] as const],
  );
  const problems = [
    ...unknownNames(serviceConfig, new Map([[name, [...methods.keys()]]])),
    ...cutTimeouts(serviceConfig, unary, toMilliseconds(own.timeout ?? GRPC_CLIENT_DEFAULTS.timeout)),
  ];
  if (problems.length > 0)
    throw new OptionsError(
      FOR_FEATURE,
      problems.map((problem) => `${path}.serviceConfig.${problem}`),
    );
  refuseForeign(FOR_FEATURE, `${path}.serviceConfig`, serviceConfig);
  const plans = new MethodPlans(serviceConfig, {
    ...parts,
    name: `grpc.${service}`,
    defaults: grpcPolicies(own),
  });
  return (method) => plans.of(name, method);
}
