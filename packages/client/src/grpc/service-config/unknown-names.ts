import { type MethodName, type GrpcServiceConfig } from './service-config.js';

/** The services of a contract, each by its name with its package, with the names of its methods. */
export type KnownMethods = ReadonlyMap<string, readonly string[]>;

/**
 * A sentence for each name of a checked service config that no contract has. gRPC ignores such an entry without a word,
 * so that a service without its package is never retried (grpc-node#2342).
 */
export function unknownNames({ methodConfig = [] }: GrpcServiceConfig, known: KnownMethods): string[] {
  return methodConfig.flatMap(({ name }, at) =>
    name.flatMap((one, index) => {
      const problem = problemOf(one, known);
      return problem ? [`methodConfig[${at}].name[${index}].${problem}`] : [];
    }),
  );
}

function problemOf({ service, method }: MethodName, known: KnownMethods): string | undefined {
  if (!service) return undefined;
  const methods = known.get(service);
  if (!methods)
    return `service: There is no "${service}". Use ${[...known.keys()].join(' or ')}, with the package.`;
  if (!method || methods.includes(method)) return undefined;
  return `method: ${service} has no "${method}". It has ${methods.join(', ')}.`;
}
