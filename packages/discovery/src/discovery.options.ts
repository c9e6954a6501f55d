import { type Check, type Clock, type Duration, is, type Random, shape } from '@rookery/common';
import { admissionCheck, type AdmissionOptions } from './admission/admission.options.js';
import {
  balancingChecks,
  type LoadBalancerOptions,
  servicesCheck,
  strategyCheck,
} from './balancer/load-balancer.options.js';
import { host, label, metadata, port, protocol, weight } from './instance/instance-checks.js';
import { type Protocol } from './instance/service-instance.js';
import { type RegistryBackend } from './registry/registry-backend.js';
import { backendCheck, clockCheck, randomCheck, ttlCheck } from './registry/service-registry.options.js';

/** When the readiness of an app shows in the registry. */
export type ReadinessRule = 'once' | 'always' | 'never';

/** How the app presents itself to its callers. */
export interface AdvertiseOptions {
  /** Default: how other processes of this host reach it. A registry that serves several hosts needs it. */
  host?: string;
  /**
   * Default: the ports on which the app's HTTP, TCP and gRPC servers really listen, each as an instance of its own. Who sets
   * it, or `protocol`, is registered once.
   */
  port?: number;
  /** Default: what each server speaks, `'http'`, `'tcp'` or `'grpc'`. */
  protocol?: Protocol;
  /** Default: the version that `ServiceModule` was given, else `'0.0.0'`. */
  version?: string;
  /** Default: none. */
  zone?: string;
  /** From 1 to 1000. Default 1. */
  weight?: number;
  /** At most 4 KB as JSON. Default: empty. */
  metadata?: Record<string, string>;
  /**
   * What the readiness of `ServiceModule` has to do with it. `'once'`: the app registers when it is ready for the first
   * time. `'always'`: it is marked as draining whenever it is not ready later, so that others get its calls as long as
   * there are any. `'never'`: it registers as soon as it listens. Default `'once'`.
   */
  followReadiness?: ReadinessRule;
  /**
   * Whether `rookery drain`, and thereby whoever can write to the registry, may have it marked as draining. Default
   * `true`.
   */
  drainable?: boolean;
}

/** The zone and the name of the caller, which a balancer needs, are those that the app advertises. */
export interface DiscoveryOptions extends Omit<LoadBalancerOptions, 'zone' | 'caller'> {
  /** The name under which the app is registered. Default: the one that `ServiceModule` was given. */
  service?: string;
  /** Where services find each other. Default: `leaseFileRegistry()`, which serves one host. */
  registry?: RegistryBackend;
  /** How long an instance stays registered without a sign of life. Default `'30s'`. */
  ttl?: Duration;
  /** Which instances that the registry lists are believed; the others are refused, counted and logged. */
  admit?: AdmissionOptions;
  /** What the app registers about itself when it listens and is ready; `false` for an app that only finds others. */
  advertise?: AdvertiseOptions | false;
  /**
   * How long the app goes on serving, marked as draining, until its callers have learnt that it leaves. Default: not
   * at all with a registry within the process, `'300ms'` with one of this host, `'1s'` with one of the network.
   */
  leaveDelay?: Duration;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

export const discoveryOptionsCheck: Check = shape<DiscoveryOptions>({
  service: is.serviceName,
  registry: backendCheck,
  ttl: ttlCheck,
  admit: admissionCheck,
  strategy: strategyCheck,
  ...balancingChecks,
  services: servicesCheck,
  advertise: is.orFalse(
    shape<AdvertiseOptions>({
      host,
      port,
      protocol,
      version: label,
      zone: label,
      weight,
      metadata,
      followReadiness: is.oneOf('once', 'always', 'never'),
      drainable: is.flag,
    }),
  ),
  leaveDelay: is.duration({ max: 60_000 }),
  clock: clockCheck,
  random: randomCheck,
});
