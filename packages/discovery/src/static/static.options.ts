import { check, type Check, listOf, required, shape } from '@rookery/common';
import { label, metadata, weight } from '../instance/instance-checks.js';
import { type Address, idOfAddress, parseAddress } from './address.js';
import { serviceMap } from './service-map.js';

/** An instance at a fixed address, with what callers should know about it. */
export interface StaticInstance {
  /** Scheme, host and port, such as `'http://10.0.0.7:3001'`; http and https need no port. */
  url: string;
  /** Default: host and port. */
  id?: string;
  /** Default `'0.0.0'`. */
  version?: string;
  /** Default: none. */
  zone?: string;
  /** From 1 to 1000. Default 1. */
  weight?: number;
  /** At most 4 KB as JSON. Default: empty. */
  metadata?: Record<string, string>;
}

export interface StaticRegistryOptions {
  /** The instances of each service, as URLs or with more facts. An empty list is a service that has none. */
  services: Record<string, readonly (string | StaticInstance)[]>;
}

const url: Check = check(
  (value) => typeof value === 'string' && parseAddress(value) !== undefined,
  "a URL of scheme, host and port such as 'http://10.0.0.7:3001', without user, path and query",
);

const facts = shape<StaticInstance>({
  url: required(url),
  id: label,
  version: label,
  zone: label,
  weight,
  metadata,
});

const entry: Check = (value, path, problems) =>
  (typeof value === 'object' ? facts : required(url))(value, path, problems);

/** Two entries with one id would be one instance that is at two places. */
const instances: Check = (value, path, problems) => {
  const before = problems.length;
  required(listOf(entry))(value, path, problems);
  if (problems.length > before) return;
  const seen = new Set<string>();
  for (const { id } of (value as (string | StaticInstance)[]).map(describe)) {
    if (seen.has(id)) problems.push(`${path}: ${id} stands in it twice. Leave one out.`);
    seen.add(id);
  }
};

/** An entry that passed the check, with what follows from its URL. */
export function describe(
  given: string | StaticInstance,
): Omit<StaticInstance, 'url'> & Address & { id: string } {
  const { url: text, ...rest } = typeof given === 'string' ? { url: given } : given;
  const address = parseAddress(text);
  if (!address) throw new Error(`${text} passed the check, but is no address.`);
  return { id: idOfAddress(address), ...rest, ...address };
}

export const staticOptionsCheck: Check = shape<StaticRegistryOptions>({
  services: required(serviceMap(instances)),
});
