import { type Random } from '@rookery/common';
import { type Dependency } from './dependency.js';

const LIVE = '/health/live';

/** The part of an instance that is needed to ask it; `ServiceInstance` of `@rookery/discovery` has it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
}

/** Lists the instances of a service; rejects when there are none. */
export type Discover = (service: string) => Promise<readonly Address[]>;

/** Where to ask a dependency now: each try may ask another instance. */
export type Locate = () => Promise<URL>;

/** By its URL, which never changes. */
export function locateByUrl(url: string): Locate {
  const target = new URL(url);
  if (target.pathname === '/' && !target.search) target.pathname = LIVE;
  return () => Promise.resolve(target);
}

/** By asking discovery for one of its instances. */
export function locateByName({ name }: Dependency, discover: Discover, random: Random): Locate {
  return async () => {
    const instances = await discover(name);
    const instance = instances[Math.floor(random() * instances.length)];
    if (!instance) throw new Error(`no instance of ${name} is registered`);
    const host = instance.host.includes(':') ? `[${instance.host}]` : instance.host;
    const scheme = instance.protocol === 'https' ? 'https' : 'http';
    return new URL(`${scheme}://${host}:${instance.port}${LIVE}`);
  };
}
