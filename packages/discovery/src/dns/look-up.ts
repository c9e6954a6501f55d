import { type SrvRecord } from 'node:dns';
import { type DnsHostService, type DnsSrvService } from './dns.options.js';
import { type NameServer } from './name-server.js';

/** An instance as the name server knows it. */
export interface Found {
  readonly host: string;
  readonly port: number;
  /** As in an SRV record, from 0 to 65535; 1 where there is none. */
  readonly weight: number;
}

/** What the name server says about a service. */
export interface Finding {
  readonly found: readonly Found[];
  /** How long it holds, in seconds; unset when nobody said so. */
  readonly ttl?: number;
}

/** The addresses of a target, kept for the time in which they cannot be asked for. */
export type TargetMemory = Map<string, Finding>;

/** Looks up a service whose name has the addresses of all instances. */
export async function lookUpHost(
  { host, port, protocol }: DnsHostService,
  server: NameServer,
  signal: AbortSignal,
): Promise<Finding> {
  return addressesOf({ name: host, port, weight: 1 }, protocol === 'https', server, signal);
}

/**
 * Looks up a service by its SRV records. Of the targets only those of the lowest priority that has an address count, as
 * RFC 2782 asks. A target whose address cannot be asked for keeps the one that it had.
 */
export async function lookUpSrv(
  { srv, protocol }: DnsSrvService,
  server: NameServer,
  memory: TargetMemory,
  signal: AbortSignal,
): Promise<Finding> {
  let failure: { readonly error: unknown } | undefined;
  const resolve = async (target: SrvRecord): Promise<Finding> => {
    const key = `${target.name}:${target.port}`;
    try {
      const finding = await addressesOf(target, protocol === 'https', server, signal);
      memory.set(key, finding);
      return finding;
    } catch (error) {
      failure ??= { error };
      return { found: memory.get(key)?.found ?? [], ttl: 0 };
    }
  };
  const targets = await server.targets(srv, signal);
  const present = new Set(targets.map(({ name, port }) => `${name}:${port}`));
  for (const key of memory.keys()) if (!present.has(key)) memory.delete(key);
  for (const group of byPriority(targets)) {
    const findings = await Promise.all(group.map(resolve));
    const found = findings.flatMap((finding) => finding.found);
    if (found.length > 0) return { found, ttl: Math.min(...findings.map(({ ttl }) => ttl ?? Infinity)) };
  }
  if (failure) throw failure.error;
  return { found: [] };
}

async function addressesOf(
  { name, port, weight }: Pick<SrvRecord, 'name' | 'port' | 'weight'>,
  keepName: boolean,
  server: NameServer,
  signal: AbortSignal,
): Promise<Finding> {
  const records = await server.addresses(name, signal);
  if (records.length === 0) return { found: [] };
  const hosts = keepName ? [name] : records.map(({ address }) => address);
  return {
    found: hosts.map((host) => ({ host, port, weight })),
    ttl: Math.min(...records.map(({ ttl }) => ttl)),
  };
}

function byPriority(targets: readonly SrvRecord[]): SrvRecord[][] {
  const priorities = [...new Set(targets.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.map((wanted) => targets.filter(({ priority }) => priority === wanted));
}
