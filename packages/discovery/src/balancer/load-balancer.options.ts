import { type Check, type Clock, is, mapOf, OptionsError, type Random, shape } from '@rookery/common';
import { ejectionCheck, type EjectionOptions } from '../ejection/ejection.options.js';
import { clockCheck, randomCheck } from '../registry/service-registry.options.js';
import { type Route, routeCheck } from '../routing/route.js';
import { slowStartCheck, type SlowStartOptions } from '../routing/slow-start.js';
import { zonePreferenceCheck, type ZonePreferenceOptions } from '../routing/zone-preference.js';
import { DEFAULT_STRATEGY, type LoadBalanceStrategy, STRATEGIES } from './strategies.js';

/** One strategy for all services, or one for each; a service that is not named has the default. */
export type StrategyChoice = LoadBalanceStrategy | Readonly<Record<string, LoadBalanceStrategy>>;

/** How the calls to a service are spread over its instances. */
export interface BalancingOptions {
  /** How the instance for a call is chosen. Default `'p2c'`: the less loaded of two, by latency and running calls. */
  strategy?: LoadBalanceStrategy;
  /** When an instance that fails is left out for a while; `false`: never. Default: see `EjectionOptions`. */
  ejection?: EjectionOptions | false;
  /** Gives an instance that has just come fewer calls at first. Default `false`. */
  slowStart?: SlowStartOptions | false;
  /** Keeps calls in the caller's own zone as far as that can carry them; `true`: with the defaults. Default `false`. */
  zonePreference?: ZonePreferenceOptions | boolean;
  /** How many of a service's instances this caller talks to, from 1; `false`: all. Default `false`. */
  subset?: number | false;
  /** Which versions and kinds of instances get the calls, by which shares. Default: all. */
  route?: Route;
}

/** `BalancingOptions` for all services, and for single ones. */
export interface LoadBalancerOptions extends Omit<BalancingOptions, 'strategy' | 'route'> {
  /** How the instance for a call is chosen: for all services, or for each by name. Default `'p2c'`. */
  strategy?: StrategyChoice;
  /** What is different for single services, by name. Default: nothing. */
  services?: Readonly<Record<string, BalancingOptions>>;
  /** The zone in which this caller runs. Default: none, and `zonePreference` has to name it. */
  zone?: string | undefined;
  /** What tells this caller from others that have the same subset size. Default: drawn at random. */
  caller?: string | undefined;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

const strategyWord = is.oneOf(...STRATEGIES);
const strategyMap = mapOf(strategyWord);

export const strategyCheck: Check = (value, path, problems) =>
  (typeof value === 'object' ? strategyMap : strategyWord)(value, path, problems);

/** The checks of what applies to all services as well as to a single one. */
export const balancingChecks = {
  ejection: is.orFalse(ejectionCheck),
  slowStart: is.orFalse(slowStartCheck),
  zonePreference: ((value, path, problems) => {
    if (typeof value !== 'boolean') zonePreferenceCheck(value, path, problems);
  }) satisfies Check,
  subset: is.orFalse(is.wholeNumber({ min: 1, max: 1_000_000 })),
};

export const servicesCheck: Check = mapOf(
  shape<BalancingOptions>({ strategy: strategyWord, ...balancingChecks, route: routeCheck }),
);

export const loadBalancerOptionsCheck: Check = shape<LoadBalancerOptions>({
  strategy: strategyCheck,
  ...balancingChecks,
  services: servicesCheck,
  zone: is.text,
  caller: is.text,
  clock: clockCheck,
  random: randomCheck,
});

/** Refuses a preference for a zone that nobody has named. */
export function requireZones(
  where: string,
  { zone, zonePreference, services = {} }: LoadBalancerOptions,
): void {
  const preferences: [string, BalancingOptions['zonePreference']][] = [
    ['zonePreference', zonePreference],
    ...Object.entries(services).map(([name, options]): [string, BalancingOptions['zonePreference']] => [
      `services.${name}.zonePreference`,
      options.zonePreference,
    ]),
  ];
  const problems = preferences
    .filter(([, preference]) => preference && !zone && !(preference !== true && preference.zone))
    .map(([path]) => `${path}: The own zone is not known. Give it as ${path}.zone, or as advertise.zone.`);
  if (problems.length > 0) throw new OptionsError(where, problems);
}

/** What applies to one service: what is said of it by name, else what is said of all. */
export function balancingOf(service: string, options: LoadBalancerOptions): BalancingOptions {
  const { strategy, services, ejection, slowStart, zonePreference, subset } = options;
  const own = services && Object.hasOwn(services, service) ? services[service] : undefined;
  const common = { ejection, slowStart, zonePreference, subset };
  return { ...defined(common), strategy: strategyOf(service, strategy), ...defined(own ?? {}) };
}

function strategyOf(service: string, strategy: StrategyChoice = DEFAULT_STRATEGY): LoadBalanceStrategy {
  if (typeof strategy === 'string') return strategy;
  return (Object.hasOwn(strategy, service) ? strategy[service] : undefined) ?? DEFAULT_STRATEGY;
}

/** Without the keys whose value is `undefined`, which would hide what is below. */
function defined(options: BalancingOptionsOrUnset): BalancingOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

type BalancingOptionsOrUnset = { readonly [K in keyof BalancingOptions]?: BalancingOptions[K] | undefined };
