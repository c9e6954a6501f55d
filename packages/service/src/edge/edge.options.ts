import { isIP } from 'node:net';
import { check, type Check, is, listOf, shape } from '@rookery/common';

/** Who may call a service that strangers can reach, and what is not believed of the strangers. */
export interface EdgeOptions {
  /**
   * The networks whose callers are believed, such as `10.0.0.0/8` or `fd00::/8`. It is the address of the connection that
   * counts and no header: leave out the proxies that strangers come through. Default: none.
   */
  networks?: readonly string[];
  /** Whether callers are believed whose certificate the server has verified (mutual TLS). Default `false`. */
  certificates?: boolean;
  /** Further headers that only believed callers may send, such as `x-tenant`. Default: none. */
  drop?: readonly string[];
}

const network = check(
  (value) => typeof value === 'string' && parseNetwork(value) !== undefined,
  'an address with a prefix length, such as "10.0.0.0/8"',
);

const headerName = check(
  (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value),
  'the name of a header, such as "x-tenant"',
);

const options: Check = shape<EdgeOptions>({
  networks: listOf(network),
  certificates: is.flag,
  drop: listOf(headerName),
});

/** `true` and `false`, or the options. */
export const edgeCheck: Check = (value, path, problems) => {
  if (typeof value !== 'boolean') options(value, path, problems);
};

/** A network in parts; `undefined` when it is none. */
export function parseNetwork(
  text: string,
): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
