import { Resolver } from 'node:dns/promises';
import {
  check,
  type Check,
  type Clock,
  type Duration,
  is,
  listOf,
  required,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { host, port, protocol } from '../instance/instance-checks.js';
import { type Protocol } from '../instance/service-instance.js';
import { clockCheck } from '../registry/service-registry.options.js';
import { serviceMap } from '../static/service-map.js';

/** A service whose SRV records name hosts and ports, as Kubernetes, Consul and Nomad publish them. */
export interface DnsSrvService {
  /** The records' whole name, such as `'_http._tcp.users.shop.svc.cluster.local'`. */
  srv: string;
  /** Default `'http'`. With `'https'` the targets' names stay, because certificates are made out to them. */
  protocol?: Protocol;
}

/** A service whose name has the addresses of all instances, such as a headless service or a Compose service. */
export interface DnsHostService {
  /** The whole name: search domains are not tried, and the hosts file is not read. */
  host: string;
  /** The port on which every instance listens. */
  port: number;
  /** Default `'http'`. With `'https'` the name is one instance, because certificates are made out to it. */
  protocol?: Protocol;
}

export interface DnsRegistryOptions {
  /** Where each service is looked up. */
  services: Record<string, DnsSrvService | DnsHostService>;
  /** Addresses of name servers, such as `'10.0.0.2'` or `'127.0.0.1:5353'`. Default: those of the system. */
  servers?: readonly string[];
  /** A name is asked for again no sooner than this, whatever its records' time to live. Default `'1s'`. */
  minInterval?: Duration;
  /** A watched name is asked for again no later than this. Default `'30s'`. */
  maxInterval?: Duration;
  /** How long one try of a question may take. Default `'2s'`; it is tried twice. */
  timeout?: Duration;
  /** An empty answer after one with instances is believed when it has been repeated for this long. Default `'30s'`. */
  emptyAfter?: Duration;
  /** Default: the system's clock. */
  clock?: Clock;
}

export const DNS_DEFAULTS = {
  minInterval: '1s',
  maxInterval: '30s',
  timeout: '2s',
  emptyAfter: '30s',
} as const;

/** The options after the check, durations in milliseconds. */
export interface DnsSettings {
  readonly servers: readonly string[];
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly timeoutMs: number;
  readonly emptyAfterMs: number;
}

const server = check((value) => {
  try {
    new Resolver().setServers([value as string]);
    return true;
  } catch {
    return false;
  }
}, "an IP address, with or without a port, such as '10.0.0.2:53'");

const srvService = shape<DnsSrvService>({ srv: required(host), protocol });
const hostService = shape<DnsHostService>({ host: required(host), port: required(port), protocol });

const service: Check = (value, path, problems) =>
  (typeof value === 'object' && value !== null && 'srv' in value ? srvService : required(hostService))(
    value,
    path,
    problems,
  );

const shapeCheck = shape<DnsRegistryOptions>({
  services: required(serviceMap(service)),
  servers: listOf(server),
  minInterval: is.duration({ min: 100, max: 3_600_000 }),
  maxInterval: is.duration({ min: 100, max: 3_600_000 }),
  timeout: is.duration({ min: 1, max: 60_000 }),
  emptyAfter: is.duration({ max: 3_600_000 }),
  clock: clockCheck,
});

export const dnsOptionsCheck: Check = (value, path, problems) => {
  shapeCheck(value, path, problems);
  if (problems.length > 0) return;
  const { minIntervalMs, maxIntervalMs } = dnsSettings(value as DnsRegistryOptions);
  if (minIntervalMs > maxIntervalMs) problems.push('minInterval: Longer than maxInterval. Make it shorter.');
};

export function dnsSettings(options: DnsRegistryOptions): DnsSettings {
  const {
    servers = [],
    minInterval = DNS_DEFAULTS.minInterval,
    maxInterval = DNS_DEFAULTS.maxInterval,
  } = options;
  const { timeout = DNS_DEFAULTS.timeout, emptyAfter = DNS_DEFAULTS.emptyAfter } = options;
  return {
    servers,
    minIntervalMs: toMilliseconds(minInterval),
    maxIntervalMs: toMilliseconds(maxInterval),
    timeoutMs: toMilliseconds(timeout),
    emptyAfterMs: toMilliseconds(emptyAfter),
  };
}
