import { type RecordWithTtl, type SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { systemCode } from '@rookery/common';
import { DnsLookupError } from '../errors/dns-lookup.error.js';
import { type DnsSettings } from './dns.options.js';

/** The name exists not at all, or not with such records: an answer like any other. */
const NOTHING_THERE = new Set(['ENOTFOUND', 'ENODATA']);

const TRIES = 2;

/** The name servers, asked for the records that discovery needs. Whatever is no answer is a `DnsLookupError`. */
export class NameServer {
  constructor(private readonly settings: Pick<DnsSettings, 'servers' | 'timeoutMs'>) {}

  /** The IPv4 addresses; the IPv6 ones when there are none, because a host that has both is one instance. */
  async addresses(name: string, signal: AbortSignal): Promise<RecordWithTtl[]> {
    const four = await this.#ask(name, 'A', signal, (resolver) => resolver.resolve4(name, { ttl: true }));
    if (four.length > 0) return four;
    return this.#ask(name, 'AAAA', signal, (resolver) => resolver.resolve6(name, { ttl: true }));
  }

  /** The SRV records; a target of `.` says that there is no such service (RFC 2782). */
  async targets(name: string, signal: AbortSignal): Promise<SrvRecord[]> {
    const records = await this.#ask(name, 'SRV', signal, (resolver) => resolver.resolveSrv(name));
    return records.filter((record) => record.name !== '' && record.name !== '.');
  }

  async #ask<T>(
    name: string,
    record: 'A' | 'AAAA' | 'SRV',
    signal: AbortSignal,
    question: (resolver: Resolver) => Promise<T[]>,
  ): Promise<T[]> {
    signal.throwIfAborted();
    // One for each question: it can be cancelled alone, and follows the system's settings when they change.
    const resolver = new Resolver({ timeout: this.settings.timeoutMs, tries: TRIES });
    if (this.settings.servers.length > 0) resolver.setServers(this.settings.servers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await question(resolver);
    } catch (cause) {
      if (NOTHING_THERE.has(systemCode(cause) ?? '')) return [];
      throw new DnsLookupError(name, record, { cause });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}
