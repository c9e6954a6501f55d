import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressGuard, type ServiceInstance } from '@rookery/discovery';
import { type Located } from './load-assignment.js';

/** Finds the address of an instance; rejects when its host's name leads nowhere, or where no instance may be. */
export type Locate = (instance: ServiceInstance) => Promise<Located>;

/** Names are resolved by the rules of the registry that lists the instance, or by the system where there are none. */
export function locateWith(guard: AddressGuard | undefined): Locate {
  return async (instance) => ({
    instance,
    address: isIP(instance.host)
      ? instance.host
      : await resolveHost(instance.host, guard?.lookupFor(instance) ?? systemLookup),
  });
}

function resolveHost(host: string, lookup: LookupFunction): Promise<string> {
  return new Promise((resolve, reject) => {
    lookup(host, {}, (error, address) => {
      if (error) reject(error);
      else resolve(typeof address === 'string' ? address : (address[0]?.address ?? ''));
    });
  });
}
