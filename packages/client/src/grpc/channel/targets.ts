import { type LookupAddress } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import { type Address } from './address.js';

/**
 * What a channel connects to when its host name is resolved by us: addresses only, so that grpc-js has no name to resolve
 * once more. A target of grpc-js holds addresses of one family, so there may be two; the family of the first address
 * comes first.
 */
export async function resolveTargets(
  { host, port }: Address,
  lookup: LookupFunction,
): Promise<readonly string[]> {
  const families = new Map<string, string[]>();
  for (const { address } of await addressesOf(host, lookup)) {
    const [scheme, literal] = isIPv6(address) ? ['ipv6', `[${address}]`] : ['ipv4', address];
    families.set(scheme, [...(families.get(scheme) ?? []), `${literal}:${port}`]);
  }
  return [...families].map(([scheme, addresses]) => `${scheme}:${addresses.join(',')}`);
}

function addressesOf(host: string, lookup: LookupFunction): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) =>
    lookup(host, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve(typeof found === 'string' ? [{ address: found, family: 0 }] : found);
    }),
  );
}
