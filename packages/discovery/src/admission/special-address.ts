import { BlockList, isIP } from 'node:net';
import { hostInUrl } from '@rookery/common';

/**
 * Addresses at which no instance of another host is: calls to them reach this host, its network or its cloud account.
 *
 * `metadata`: a cloud's metadata service, which hands out credentials. `loopback`: this host, `localhost` too.
 * `link-local`: the same wire. `unspecified`: 0.0.0.0/8 and `::`, which connect to this host. `multicast`: no single host.
 * `reserved`: addresses of no host, and IPv6 ranges with an IPv4 address inside, which could hide any of the others.
 */
export type SpecialAddress =
  'metadata' | 'loopback' | 'link-local' | 'unspecified' | 'multicast' | 'reserved';

/**
 * The IANA special-purpose registries (RFC 6890), the range of SIIT (RFC 2765), which is in none of them although systems
 * still translate it, and the metadata addresses of AWS, Azure, Google, Alibaba and Oracle.
 * Private ranges are where instances are. The first that fits counts.
 */
const RANGES: Readonly<Record<SpecialAddress, readonly string[]>> = {
  metadata: [
    '169.254.169.254/32',
    '169.254.170.2/32',
    '169.254.170.23/32',
    '100.100.100.200/32',
    '168.63.129.16/32',
    '192.0.0.192/32',
    'fd00:ec2::254/128',
    'fd00:ec2::23/128',
    'fd20:ce::254/128',
  ],
  loopback: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  unspecified: ['0.0.0.0/8', '::/128'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  reserved: [
    '240.0.0.0/4',
    '::/96',
    '::ffff:0:0:0/96',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '2001::/32',
    '2002::/16',
    'fec0::/10',
  ],
};

export const SPECIAL_ADDRESSES = Object.keys(RANGES) as readonly SpecialAddress[];

const NAMES: readonly (readonly [RegExp, SpecialAddress])[] = [
  [/(^|\.)localhost\.?$/i, 'loopback'],
  [/^(metadata|metadata\.google\.internal|metadata\.goog|instance-data(\..*)?)\.?$/i, 'metadata'],
];

const LISTS = SPECIAL_ADDRESSES.map((name) => [name, rangeList(RANGES[name])] as const);

/** Addresses and CIDR ranges. An IPv4 address in its IPv6 form (`::ffff:10.0.0.1`) is found as what it is. */
export function rangeList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Whether the address is in the list. */
export function inList(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** What is special about a host; `undefined` for one that may be anybody's. */
export function specialAddress(host: string): SpecialAddress | undefined {
  if (isIP(host) === 0) return NAMES.find(([pattern]) => pattern.test(host))?.[1];
  return LISTS.find(([, list]) => inList(list, host))?.[0];
}

/** The address that a name such as `2130706433`, `0x7f.1` or `127.0.0.1.` really is; `undefined` for a name or an address. */
export function disguisedAddress(host: string): string | undefined {
  if (isIP(host) !== 0) return undefined;
  const url = `http://${hostInUrl(host)}`;
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: '' };
  return isIP(hostname) === 0 ? undefined : hostname;
}
