import { type LookupFunction } from 'node:net';
import { hostInUrl, type Random } from '@rookery/common';
import { type Dependency } from './dependency.js';

const LIVE = '/health/live';
const HTTP = new Set(['http', 'https']);

/** The part of an instance that is needed to ask it; `ServiceInstance` of `@rookery/discovery` has it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
  /** How its host name is resolved. Unset: as the system does. */
  readonly lookup?: LookupFunction | undefined;
}

/** What is asked when a dependency is checked. */
export interface ProbeTarget {
  readonly url: URL;
  /** How the URL's host name is resolved. Unset: as the system does. */
  readonly lookup?: LookupFunction | undefined;
}

/** Lists the instances of a service; rejects when there are none. */
export type Discover = (service: string) => Promise<readonly Address[]>;

/**
 * Where to ask a dependency now: each try may ask another instance. `undefined` when it is registered but speaks no
 * HTTP: then its lease is all the sign of life there is.
 */
export type Locate = () => Promise<ProbeTarget | undefined>;

/** By its URL, which never changes. */
export function locateByUrl(url: string): Locate {
  const target = new URL(url);
  if (target.pathname === '/' && !target.search) target.pathname = LIVE;
  return () => Promise.resolve({ url: target });
}

/** By asking discovery for one of its instances. */
export function locateByName({ name, path = LIVE }: Dependency, discover: Discover, random: Random): Locate {
  return async () => {
    const registered = await discover(name);
    if (registered.length === 0) throw new Error(`no instance of ${name} is registered`);
    const instances = registered.filter(({ protocol }) => HTTP.has(protocol));
    const instance = instances[Math.floor(random() * instances.length)];
    if (!instance) return undefined;
    const { protocol, host, port, lookup } = instance;
    return { url: new URL(`${protocol}://${hostInUrl(host)}:${port}${path}`), lookup };
  };
}
