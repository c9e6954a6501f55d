import { type Check, is, mapOf, shape } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { bare, isWithin, versionPrefixCheck } from './version-prefix.js';

/** Which instances a call is for. It names a version, metadata or weights: one that names nothing is refused. */
export interface Route {
  /**
   * A version, or its beginning up to a dot: `'2'` stands for 2.0.0, 2.7.1 and v2.7.1, not for 20.0.0. No ranges such as `'^2'`
   * or `'2.x'`. Default: any.
   */
  version?: string;
  /** What an instance's metadata must hold, word for word. Default: nothing. */
  metadata?: Readonly<Record<string, string>>;
  /**
   * Shares of the calls for each version, as in `{ '1': 95, '2': 5 }`, named as in `version` and within it when both are given. A
   * version without an instance leaves its share to the others, one that is not named gets nothing. Default: by the instances'
   * weights alone.
   */
  weights?: Readonly<Record<string, number>>;
}

const shares = mapOf(is.numberBetween(0, 1_000_000));

const weightsCheck: Check = (value, path, problems) => {
  const before = problems.length;
  shares(value, path, problems);
  if (value === undefined || problems.length > before) return;
  const weights = value as Record<string, number>;
  const seen = new Set<string>();
  for (const version of Object.keys(weights)) {
    versionPrefixCheck(version, path, problems);
    if (seen.has(bare(version)))
      problems.push(`${path}.${version}: Named twice, once with a leading v. Use one.`);
    seen.add(bare(version));
  }
  if (!Object.values(weights).some((share) => share > 0)) {
    problems.push(`${path}: No version gets any calls. Give at least one a share above 0.`);
  }
};

const fields: Check = shape<Route>({
  version: versionPrefixCheck,
  metadata: mapOf(is.text),
  weights: weightsCheck,
});

export const routeCheck: Check = (value, path, problems) => {
  const before = problems.length;
  fields(value, path, problems);
  if (value === undefined || problems.length > before) return;
  const { version, metadata = {}, weights } = value as Route;
  if (version === undefined && !weights && Object.keys(metadata).length === 0) {
    problems.push(`${path}: Names nobody. Give version, metadata or weights, or leave the route out.`);
  }
  for (const name of Object.keys(weights ?? {})) {
    if (version === undefined || isWithin(name, version) || isWithin(version, name)) continue;
    problems.push(
      `${path}.weights.${name}: Outside of version '${version}', so nobody would get this share.`,
    );
  }
};

/** Whether the call may go to this instance. */
export function followsRoute({ version, metadata, weights }: Route, instance: ServiceInstance): boolean {
  if (version !== undefined && !isWithin(instance.version, version)) return false;
  if (weights && !shareOf(weights, instance)) return false;
  if (!metadata) return true;
  return Object.entries(metadata).every(([key, value]) => instance.metadata[key] === value);
}

/** The share of the most exact version that names the instance, with that version's name. */
export function shareOf(
  weights: NonNullable<Route['weights']>,
  instance: ServiceInstance,
): { readonly version: string; readonly share: number } | undefined {
  let found: { version: string; share: number } | undefined;
  for (const [version, share] of Object.entries(weights)) {
    const closer = !found || bare(version).length > bare(found.version).length;
    if (closer && isWithin(instance.version, version)) found = { version, share };
  }
  return found && found.share > 0 ? found : undefined;
}
