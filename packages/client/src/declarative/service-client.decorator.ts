import { checkOptions, is, required, reweave, shape } from '@rookery/common';
import { InvalidContractError } from '../errors/invalid-contract.error.js';
import { clientBody } from './client-body.js';
import { type Contract, type ContractClass, type ContractRoute, declareContract } from './contract.js';
import { methodsOf } from './methods-of.js';
import { readRoute } from './read-route.explorer.js';
import { formOf, joinPaths, pathProblem } from './route-path.js';
import { serverOnlyClass } from './server-only.explorer.js';

/** What all methods of a contract have in common. */
export interface ServiceClientOptions {
  /** What all their paths begin with, such as `users`. Default: nothing. */
  path?: string;
}

const optionsCheck = shape<ServiceClientOptions & { service: string }>({
  service: required(is.serviceName),
  path: is.text,
});

/**
 * Makes a class a contract: Nest's own decorators on its methods say what is asked of the service. `ClientModule.forFeature`
 * provides an instance whose methods send the requests, `@ServeContract()` makes a controller answer them. Whatever cannot
 * become a request is refused here, with an `InvalidContractError`, before anything boots.
 *
 * @param service The name that the service registers under.
 * @example
 * \@ServiceClient('user-service', { path: 'users' })
 * export abstract class UserApi {
 *   \@Get(':id')
 *   find(@Param('id') id: string): Promise<User> { return remote(id); }
 * }
 */
export function ServiceClient(service: string, options: ServiceClientOptions = {}) {
  return (target: ContractClass): void => {
    checkOptions(`@ServiceClient() of ${target.name}`, optionsCheck, { ...options, service });
    const contract = readContract(target, service, options.path ?? '');
    for (const route of contract.routes) giveBody(target.prototype, route);
    declareContract(target, contract);
  };
}

function readContract(target: ContractClass, service: string, prefix: string): Contract {
  const { name, prototype } = target;
  const read = methodsOf(prototype).map((key) => readRoute(prototype, key, prefix));
  const routes = read.flatMap((result) => ('route' in result ? [result.route] : []));
  const badPrefix = pathProblem(prefix);
  const problems = [
    ...(badPrefix ? [`The contract ${badPrefix}`] : []),
    ...serverOnlyClass(target),
    ...stateProblems(target),
    ...read.flatMap((result) => ('problems' in result ? result.problems : [])),
    ...duplicates(routes),
  ];
  if (read.length === 0) problems.push('It has no methods. Write one for each thing that can be asked.');
  if (problems.length > 0) throw new InvalidContractError(name, problems);
  return { name, service, path: joinPaths(prefix), routes };
}

/** Nobody but the client makes instances, so what a constructor takes or keeps would be lost. */
function stateProblems(target: ContractClass): string[] {
  if (target.length > 0) return ['Its constructor takes arguments, and a contract gets none. Remove them.'];
  const kept = Reflect.ownKeys(Reflect.construct(target, []) as object).map(String);
  return kept.map((name) => `${name} is a property, and a contract has no state. Remove it.`);
}

function duplicates(routes: readonly ContractRoute[]): string[] {
  const seen = new Map<string, string>();
  return routes.flatMap(({ verb, path, method }) => {
    const route = `${verb} ${formOf(path)}`;
    const first = seen.get(route);
    if (first === undefined) seen.set(route, method);
    return first === undefined ? [] : [`${method} and ${first} are both ${verb} ${path}. Keep one of them.`];
  });
}

/** What policies and spans are woven around stays around the new body. */
function giveBody(prototype: object, route: ContractRoute): void {
  const written = Reflect.get(prototype, route.method) as (...args: unknown[]) => unknown;
  Object.defineProperty(prototype, route.method, {
    value: reweave(written, clientBody(route)),
    configurable: true,
    writable: true,
    enumerable: false,
  });
}
