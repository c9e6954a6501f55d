import { type ContractClass, type ContractRoute } from './contract.js';
import {
  nestParameter,
  nestRouteOf,
  nestStatusOf,
  type ParameterMetadata,
  parametersOf,
  setParameters,
} from './nest-route.explorer.js';
import { joinPaths } from './route-path.js';

type Controller = new (...args: never[]) => object;
type Method = (...args: unknown[]) => unknown;

/**
 * Gives a controller's method the route of the contract's method. Returns a sentence for each thing that the controller
 * says otherwise.
 */
export function serveRoute(controller: Controller, contract: ContractClass, route: ContractRoute): string[] {
  const key = route.method;
  const promised = Reflect.get(contract.prototype, key) as Method;
  const method = Reflect.get(controller.prototype as object, key) as unknown;
  if (typeof method !== 'function' || method === promised)
    return [`${key} is promised by ${contract.name} and missing. Write it.`];
  const drift = routeDrift(controller.prototype as object, contract, key);
  const merged = mergeParameters(parametersOf(contract, key), parametersOf(controller, key));
  const problems = [...drift, ...merged.problems];
  if (problems.length > 0) return problems.map((problem) => `${key}: ${problem}`);
  takeOver(promised, ownMethod(controller.prototype as object, key, method as Method));
  takeOverTypes(contract.prototype, controller.prototype as object, key);
  setParameters(controller, key, merged.parameters);
  return [];
}

/** What decorators on the controller's method say that the contract says otherwise. */
function routeDrift(prototype: object, { prototype: contract }: ContractClass, key: string): string[] {
  const problems: string[] = [];
  const [here, there] = [prototype, contract].map((target) => routed(target, key));
  if (here !== undefined && here !== there)
    problems.push(`It is ${here} here, and ${there} in the contract. Remove the decorator.`);
  const status = nestStatusOf(prototype, key);
  if (status !== undefined && status !== nestStatusOf(contract, key))
    problems.push(`@HttpCode(${status}) is not in the contract. Write it there.`);
  return problems;
}

function routed(target: object, key: string): string | undefined {
  const route = nestRouteOf(target, key);
  return route && `${route.verb} ${joinPaths(String(route.path))}`;
}

/** The contract's parameters with what the controller adds: further pipes, and parameters that no caller sends. */
function mergeParameters(promised: ParameterMetadata, own: ParameterMetadata) {
  const parameters: Record<string, ParameterMetadata[string]> = { ...promised };
  const problems: string[] = [];
  for (const [id, entry] of Object.entries(own)) {
    const [thereId, there] = Object.entries(promised).find(([, { index }]) => index === entry.index) ?? [];
    // A class that extends its contract inherits the entries themselves.
    if (there === entry) continue;
    const problem = parameterDrift(id, entry, thereId, there);
    if (problem) problems.push(`Parameter ${entry.index + 1} ${problem}`);
    else parameters[id] = { ...there, ...entry, pipes: [...(there?.pipes ?? []), ...(entry.pipes ?? [])] };
  }
  return { parameters, problems };
}

type Entry = ParameterMetadata[string];

function parameterDrift(id: string, entry: Entry, thereId?: string, there?: Entry): string | undefined {
  const { part, written } = nestParameter(id, entry.index, entry.data);
  if (!there || thereId === undefined) {
    // Headers come from others too, such as a gateway.
    return part === undefined || part === 'Headers'
      ? undefined
      : `is ${written}, which no caller of the contract sends. Write it there.`;
  }
  if (thereId === id && there.data === entry.data) return undefined;
  return `is ${written} here, and ${nestParameter(thereId, there.index, there.data).written} in the contract.`;
}

/** An inherited method may be the method of other controllers too, whose routes are their own. */
function ownMethod(prototype: object, key: string, method: Method): Method {
  if (Object.hasOwn(prototype, key)) return method;
  const own: Method = function call(this: unknown, ...args) {
    return method.apply(this, args);
  };
  Object.defineProperty(own, 'name', { value: key });
  takeOver(method, own);
  Object.defineProperty(prototype, key, {
    value: own,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return own;
}

/** Everything that the contract's decorators noted: paths and statuses, and also roles or descriptions of an API. */
function takeOver(promised: Method, method: Method): void {
  for (const name of Reflect.getOwnMetadataKeys(promised)) {
    if (!Reflect.hasOwnMetadata(name, method))
      Reflect.defineMetadata(name, Reflect.getOwnMetadata(name, promised), method);
  }
}

/** The compiler notes the types of methods with decorators only, and `ValidationPipe` lets pass what it has no type for. */
function takeOverTypes(from: object, to: object, key: string): void {
  const types: unknown = Reflect.getMetadata('design:paramtypes', from, key);
  if (types !== undefined && !Reflect.hasOwnMetadata('design:paramtypes', to, key))
    Reflect.defineMetadata('design:paramtypes', types, to, key);
}
