import { type INestApplicationContext, VERSION_NEUTRAL } from '@nestjs/common';
import { SerializedGraph } from '@nestjs/core';
import { type ContractClass, contractOf, type ContractRoute } from '../declarative/contract.js';
import { formOf } from '../declarative/route-path.js';

/** A route as the app has mounted it. */
interface MountedRoute {
  readonly path: string;
  readonly requestMethod: string;
  readonly methodVersion?: unknown;
  readonly controllerVersion?: unknown;
}

/**
 * What callers by a contract would not find in an app, a sentence for each method; nothing when the app serves it. It sees
 * what no class shows: a controller that no module lists, a global prefix, a version, a path of `RouterModule`.
 *
 * @param app It must be initialized, by `init` or `listen`, and have been made with Nest's option `snapshot`, with which Nest
 * notes what it mounts: without it this throws a `TypeError`.
 * @example
 * const module = await Test.createTestingModule({ imports: [AppModule] }).compile({ snapshot: true });
 * const app = await module.createNestApplication().init();
 * expect(contractDrift(app, UserApi)).toEqual([]);
 */
export function contractDrift(app: INestApplicationContext, contract: ContractClass): string[] {
  const promised = contractOf(contract);
  if (!promised) throw new TypeError(`${contract.name} is no contract. Put @ServiceClient() on it.`);
  const mounted = mountedRoutes(app);
  return promised.routes.flatMap((route) => routeDrift(route, mounted) ?? []);
}

function mountedRoutes(app: INestApplicationContext): MountedRoute[] {
  const { nodes, entrypoints } = app.get(SerializedGraph).toJSON();
  if (Object.keys(nodes).length === 0)
    throw new TypeError('contractDrift: Nest noted nothing of this app. Make it with { snapshot: true }.');
  return Object.values(entrypoints)
    .flat()
    .filter(({ type }) => type === 'http-endpoint')
    .map(({ metadata }) => metadata as unknown as MountedRoute);
}

function routeDrift(
  { label, verb, path }: ContractRoute,
  mounted: readonly MountedRoute[],
): string | undefined {
  const same = mounted.filter(({ requestMethod }) => requestMethod === verb || requestMethod === 'ALL');
  const found = same.find((route) => formOf(route.path) === formOf(path));
  const version = found && (found.methodVersion ?? found.controllerVersion);
  if (found && (version === undefined || version === VERSION_NEUTRAL)) return undefined;
  if (found) return `${label}: ${verb} ${path} is only served for the version ${String(version)}.`;
  const elsewhere = same.find((route) => formOf(route.path).endsWith(formOf(path)));
  const hint = elsewhere ? ` It is served under ${elsewhere.path}.` : '';
  return `${label}: ${verb} ${path} is not served.${hint}`;
}
