import { createHash } from 'node:crypto';
import { hostInUrl, passes } from '@rookery/common';
import { host as hostCheck, protocol as protocolCheck } from '../instance/instance-checks.js';

/** Where an instance is reached. */
export interface Address {
  readonly protocol: string;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The ports of schemes that have one of their own. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** An id takes at most 128 characters, a host up to 253: a longer one is cut, and told apart by its hash. */
const LONGEST_READABLE = 100;
const HASH_LENGTH = 16;

/** The address in a URL; `undefined` when it is none, or says more than an address can. */
export function parseAddress(text: string): Address | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { username, password, pathname, search, hash } = url;
  if (username || password || search || hash || !['', '/'].includes(pathname)) return undefined;
  const protocol = url.protocol.slice(0, -1);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port);
  return passes(hostCheck, host) && passes(protocolCheck, protocol) && port
    ? { protocol, host, port }
    : undefined;
}

/** The id of an instance that has no other name than its address, so that it stays the same from list to list. */
export function idOfAddress({ host, port }: Pick<Address, 'host' | 'port'>): string {
  const id = `${hostInUrl(host)}:${port}`;
  if (id.length <= LONGEST_READABLE) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH);
  return `${id.slice(0, LONGEST_READABLE)}~${digest}`;
}
