import { type Clock, type Random } from '@rookery/common';
import { ejectionSettings } from '../ejection/ejection.options.js';
import { type EjectionListener } from '../ejection/ejector.js';
import { type SignOfLife } from '../ejection/sign-of-life.js';
import { slowStart } from '../routing/slow-start.js';
import { ZONE_DEFAULTS, type ZoneSettings } from '../routing/zone-preference.js';
import { InstanceBalancer } from './instance-balancer.js';
import { type BalancingOptions } from './load-balancer.options.js';
import { createAlgorithm, DEFAULT_STRATEGY } from './strategies.js';

/** What the balancers of all services share. */
export interface BalancerSources {
  readonly clock: Clock;
  readonly random: Random;
  readonly listener: EjectionListener;
  readonly signOfLife: SignOfLife;
  /** The zone in which this caller runs. */
  readonly zone: string | undefined;
  /** What tells this caller from others. */
  readonly caller: string;
}

/** The balancer of one service by its options. */
export function createBalancer(service: string, options: BalancingOptions, sources: BalancerSources) {
  const { strategy = DEFAULT_STRATEGY, ejection = {}, slowStart: warmUp, subset, route } = options;
  const { clock, random, listener, caller } = sources;
  const settings = ejection === false ? undefined : ejectionSettings(ejection, random);
  return new InstanceBalancer(service, createAlgorithm(strategy, random), clock, {
    ejection: settings,
    listener,
    signOfLife: settings?.signOfLife ? sources.signOfLife : undefined,
    random,
    route,
    slowStart: warmUp ? slowStart(warmUp) : undefined,
    zones: zonesOf(options.zonePreference, sources.zone),
    subset: subset ? { size: subset, caller } : undefined,
  });
}

function zonesOf(
  preference: BalancingOptions['zonePreference'],
  zone: string | undefined,
): ZoneSettings | undefined {
  if (!preference) return undefined;
  const settings = { zone: zone ?? '', ...ZONE_DEFAULTS };
  return preference === true ? settings : { ...settings, ...preference };
}
