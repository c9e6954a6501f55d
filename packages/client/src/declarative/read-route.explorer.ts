import { signalParameter } from '@rookery/common';
import { callDefaults, callOptionsParameter } from './call-options.decorator.js';
import { type ContractRoute, type RoutedParameter, type Verb, VERBS } from './contract.js';
import { type NestParameter, type NestRoute, nestRouteOf } from './nest-route.explorer.js';
import { parameterProblems } from './parameter-problems.js';
import { joinPaths, pathProblem } from './route-path.js';
import { returnProblems } from './return-problems.js';
import { serverOnly } from './server-only.explorer.js';

/** A method of a contract, or what keeps it from becoming a request. */
export type ReadRoute = { readonly route: ContractRoute } | { readonly problems: readonly string[] };

/** Where a method's own arguments are that are no part of the request. */
type Marked = Pick<ContractRoute, 'optionsAt' | 'signalAt'>;

/** Reads what Nest's decorators and ours say about a method of a contract. */
export function readRoute(prototype: object, key: string, prefix: string): ReadRoute {
  const found = nestRouteOf(prototype, key);
  if (!found) {
    const problem = 'has no route. Put @Get(), @Post(), @Put(), @Patch() or @Delete() on it, or take it out.';
    return { problems: [`${key} ${problem}`] };
  }
  const marked = {
    optionsAt: callOptionsParameter(prototype, key),
    signalAt: signalParameter(prototype, key),
  };
  const parameters = found.parameters.filter(
    ({ index }) => index !== marked.optionsAt && index !== marked.signalAt,
  );
  const problems = [
    ...routeProblems(found),
    ...serverOnly(Reflect.get(prototype, key) as object),
    ...returnProblems(prototype, key),
    ...unroutable(parameters),
    ...unmarked(prototype, key, parameters, marked),
  ];
  const { path, verb } = found;
  if (typeof path !== 'string' || !isVerb(verb) || problems.length > 0)
    return { problems: named(key, problems) };
  const whole = joinPaths(prefix, path);
  const routed = parameters.filter(isRouted);
  const badPath = pathProblem(whole);
  const misplaced = badPath ? [badPath] : parameterProblems(verb, whole, routed);
  if (misplaced.length > 0) return { problems: named(key, misplaced) };
  const label = `${prototype.constructor.name}.${key}`;
  return {
    route: {
      label,
      method: key,
      verb,
      path: whole,
      parameters: routed,
      ...marked,
      defaults: callDefaults(prototype, key),
    },
  };
}

const named = (key: string, problems: readonly string[]) => problems.map((problem) => `${key}: ${problem}`);

const isVerb = (verb: string): verb is Verb => VERBS.includes(verb as Verb);

const isRouted = (parameter: NestParameter): parameter is NestParameter & RoutedParameter =>
  parameter.part !== undefined;

function routeProblems({ verb, path, status = 200 }: NestRoute): string[] {
  const problems = [pathProblem(path)].filter((problem) => problem !== undefined);
  if (!isVerb(verb)) problems.push(`${verb} is no method that clients send. Use one of ${VERBS.join(', ')}.`);
  if (status < 200 || status > 299)
    problems.push(
      `@HttpCode(${status}) is no success, and every call would fail. Use a status from 200 to 299.`,
    );
  return problems;
}

function unroutable(parameters: readonly NestParameter[]): string[] {
  return parameters
    .filter(({ part }) => !part)
    .map(
      ({ index, written }) =>
        `Parameter ${index + 1} has ${written}, which only a server knows. Leave it to the controller.`,
    );
}

/** An argument that nothing speaks of would be thrown away. */
function unmarked(
  prototype: object,
  key: string,
  parameters: readonly NestParameter[],
  { optionsAt, signalAt }: Marked,
): string[] {
  const spoken = new Set([...parameters.map(({ index }) => index), optionsAt, signalAt]);
  return Array.from({ length: parameterCount(prototype, key) }, (_, index) => index)
    .filter((index) => !spoken.has(index))
    .map(
      (index) =>
        `Parameter ${index + 1} would not be sent. Put @Param(), @Query(), @Body(), @Headers(), @CallOptions() or @Signal() on it.`,
    );
}

/** A function's length leaves out what has a default value; the compiler's list is not there with every compiler. */
function parameterCount(prototype: object, key: string): number {
  const types = Reflect.getMetadata('design:paramtypes', prototype, key) as readonly unknown[] | undefined;
  return Math.max(types?.length ?? 0, (Reflect.get(prototype, key) as { readonly length: number }).length);
}
