import { type Check, is, mapOf, shape } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';

/** Which instances a call is for. */
export interface Route {
  /** A version, or its beginning up to a dot: `'2'` stands for 2.0.0 and 2.7.1, not for 20.0.0. Default: any. */
  version?: string;
  /** What an instance's metadata must hold, word for word. Default: nothing. */
  metadata?: Readonly<Record<string, string>>;
  /**
   * Shares of the calls for each version, as in `{ '1': 95, '2': 5 }`. A version without an instance leaves its share to the
   * others, one that is not named gets nothing. Default: by the instances' weights alone.
   */
  weights?: Readonly<Record<string, number>>;
}

const shares = mapOf(is.numberBetween(0, 1_000_000));

const weightsCheck: Check = (value, path, problems) => {
  const before = problems.length;
  shares(value, path, problems);
  if (value === undefined || problems.length > before) return;
  if (!Object.values(value as Record<string, number>).some((share) => share > 0)) {
    problems.push(`${path}: No version gets any calls. Give at least one a share above 0.`);
  }
};

export const routeCheck: Check = shape<Route>({
  version: is.text,
  metadata: mapOf(is.text),
  weights: weightsCheck,
});

/** Whether the call may go to this instance. */
export function followsRoute({ version, metadata, weights }: Route, instance: ServiceInstance): boolean {
  if (version !== undefined && !isVersion(instance, version)) return false;
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
    const closer = !found || version.length > found.version.length;
    if (closer && isVersion(instance, version)) found = { version, share };
  }
  return found && found.share > 0 ? found : undefined;
}

function isVersion({ version }: ServiceInstance, wanted: string): boolean {
  return version === wanted || version.startsWith(`${wanted}.`);
}
