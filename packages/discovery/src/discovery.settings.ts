import {
  checkOptions,
  type Clock,
  type Duration,
  OptionsError,
  type Random,
  resolveServiceName,
  type ServiceInfo,
  systemClock,
  systemRandom,
  toMilliseconds,
} from '@rookery/common';
import { type AdmissionOptions } from './admission/admission.options.js';
import { ownHostProblem } from './advertise/own-host.js';
import { type LoadBalancerOptions, requireZones } from './balancer/load-balancer.options.js';
import {
  type AdvertiseOptions,
  type DiscoveryOptions,
  discoveryOptionsCheck,
  type ReadinessRule,
} from './discovery.options.js';
import { createInstance } from './instance/create-instance.js';
import { leaseFileRegistry } from './lease-file/lease-file-registry.js';
import { type Reach, type RegistryBackend } from './registry/registry-backend.js';
import { REGISTRY_DEFAULTS } from './registry/service-registry.options.js';

/** The options that describe the app, without those that say when and for how long. */
type AdvertisedFacts = Omit<AdvertiseOptions, 'followReadiness' | 'drainable'>;

/** What the app tells about itself, as far as it is known before it listens. */
export interface Advertisement extends AdvertisedFacts {
  readonly service: string;
  readonly id?: string;
}

/** The options after the check, with their defaults. */
export interface DiscoverySettings {
  readonly backend: RegistryBackend;
  readonly ttl: NonNullable<DiscoveryOptions['ttl']>;
  readonly admit: AdmissionOptions;
  readonly balancing: LoadBalancerOptions;
  /** How long the app serves on after it has said that it leaves. */
  readonly leaveDelayMs: number;
  readonly followReadiness: ReadinessRule;
  readonly drainable: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** Unset when the app does not advertise itself. */
  readonly advertisement?: Advertisement;
}

/** What is left of a list that others have in memory after this time is an accident. */
const LEAVE_DELAYS: Record<Reach, Duration> = { process: 0, host: '300ms', network: '1s' };

const WHERE = 'DiscoveryModule.forRoot';

export function resolveDiscoveryOptions(
  options: DiscoveryOptions,
  info: ServiceInfo | undefined,
): DiscoverySettings {
  const checked = checkOptions(WHERE, discoveryOptionsCheck, options);
  const { ttl = REGISTRY_DEFAULTS.ttl, admit = {} } = checked;
  const { clock = systemClock, random = systemRandom } = checked;
  const backend = checked.registry ?? leaseFileRegistry({ clock, random });
  const leaveDelayMs = toMilliseconds(checked.leaveDelay ?? LEAVE_DELAYS[backend.reach]);
  const { followReadiness = 'once', drainable = true, ...facts } = checked.advertise || {};
  const balancing = balancingFor(checked, info);
  requireZones(WHERE, balancing);
  const rules = { leaveDelayMs, followReadiness, drainable };
  const settings = { backend, ttl, admit, balancing, ...rules, clock, random };
  if (checked.advertise === false) return settings;
  const advertisement = advertise(checked.service, facts, settings, info);
  // The host and port are known when the app listens; what else could be wrong is found now.
  createInstance({ host: 'localhost', port: 1, ...advertisement }, settings);
  return { ...settings, advertisement };
}

/** What the balancer is told. Where the caller runs is what the app advertises. */
function balancingFor(options: DiscoveryOptions, info: ServiceInfo | undefined): LoadBalancerOptions {
  const {
    service: _service,
    registry: _registry,
    ttl: _ttl,
    leaveDelay: _leaveDelay,
    admit: _admit,
    advertise: facts,
    ...balancing
  } = options;
  return { ...balancing, zone: facts ? facts.zone : undefined, caller: info?.instanceId };
}

function advertise(
  service: string | undefined,
  facts: AdvertisedFacts,
  { backend, admit }: Pick<DiscoverySettings, 'backend' | 'admit'>,
  info: ServiceInfo | undefined,
): Advertisement {
  const { reach, readOnly, description } = backend;
  if (readOnly) {
    throw new OptionsError(WHERE, [
      `registry: Nothing can be registered in ${description}, so this app could not be found. Use advertise: false, or compositeRegistry([...]) with one more registry that takes registrations.`,
    ]);
  }
  if (reach === 'network' && !facts.host) {
    throw new OptionsError(WHERE, [
      `advertise.host: Missing. The registry (${description}) serves several hosts, so it needs the address at which the others reach this one.`,
    ]);
  }
  const problem = facts.host === undefined ? undefined : ownHostProblem(facts.host, admit, reach);
  if (problem?.certain) throw new OptionsError(WHERE, [`advertise.host: ${problem.detail}`]);
  return {
    ...(info && { id: info.instanceId, version: info.version }),
    ...facts,
    service: resolveServiceName(WHERE, service, info),
  };
}
