import { type Check, is, mapOf, shape } from '@rookery/common';
import { type Candidates } from '../balancer/balancing-algorithm.js';
import { label } from '../instance/instance-checks.js';
import { grouped, normalized, onePool, type Pool, scaled } from './pools.js';

export interface ZonePreferenceOptions {
  /** The caller's own zone. Default: the one that the app advertises. */
  zone?: string;
  /** With fewer instances than this the zones are not looked at. Default 6. */
  minInstances?: number;
  /** How many callers run in each zone, as in `{ a: 4, b: 2 }`. Default: as many in each zone. */
  callers?: Readonly<Record<string, number>>;
}

/** Envoy's `min_cluster_size`. */
export const ZONE_DEFAULTS = { minInstances: 6 } as const;

const callersCheck = mapOf(is.numberBetween(0, 1_000_000));

export const zonePreferenceCheck: Check = shape<ZonePreferenceOptions>({
  zone: label,
  minInstances: is.wholeNumber({ min: 1, max: 1_000_000 }),
  callers: callersCheck,
});

/** The options with their defaults; the own zone is known. */
export interface ZoneSettings {
  readonly zone: string;
  readonly minInstances: number;
  readonly callers?: Readonly<Record<string, number>> | undefined;
}

/** Instances that tell no zone are a zone of their own, near to nobody. */
const NO_ZONE = '';

/** A third of the callers is not more than a third of the instances because of the last digit. */
const ROUNDING = 1e-9;

/**
 * Keeps calls in the caller's zone as far as the instances there can serve all callers of the zone; what is too much
 * for them goes to the zones that have more instances than callers, each by what it has to spare. "Own zone, if there is
 * anybody" would break the small zone under the load of many callers.
 *
 * Algorithm: Envoy's zone aware routing. Where it knows the number of callers in each zone from its control plane,
 * here it is an option.
 */
export function divideByZone(candidates: Candidates, settings: ZoneSettings): readonly Pool[] {
  const { zone, minInstances } = settings;
  if (candidates.length < minInstances) return onePool(candidates);
  const zones = grouped(candidates, ({ instance }) => instance.zone ?? NO_ZONE);
  const whole = weightOf(candidates);
  const callersOf = callerShares(new Set([zone, ...zones.keys()]), settings);
  const own = zones.get(zone);
  const ownCapacity = own ? weightOf(own) / whole : 0;
  const ownCallers = callersOf(zone);
  if (own && ownCapacity >= ownCallers - ROUNDING) return onePool(own);
  const away = [...zones].filter(([name]) => name !== zone);
  const spare = away.map(([name, there]) => ({
    share: Math.max(0, weightOf(there) / whole - callersOf(name)),
    candidates: there,
  }));
  const kept = ownCapacity / ownCallers;
  const spilled = scaled(normalized(spare), 1 - kept);
  return own ? normalized([{ share: kept, candidates: own }, ...spilled]) : spilled;
}

function weightOf(candidates: Candidates): number {
  return candidates.reduce((sum, { weight }) => sum + weight, 0);
}

/** The share of all callers that run in a zone. */
function callerShares(zones: ReadonlySet<string>, { zone, callers }: ZoneSettings): (name: string) => number {
  const ownCount = callers && Object.hasOwn(callers, zone) ? callers[zone] : undefined;
  // Figures in which the caller itself does not occur cannot be right.
  if (!callers || !ownCount) return () => 1 / zones.size;
  const sum = Object.values(callers).reduce((total, count) => total + count, 0);
  return (name) => (Object.hasOwn(callers, name) ? (callers[name] ?? 0) / sum : 0);
}
