import { isIP } from 'node:net';
import { check, type Check, is, listOf, passes, shape } from '@rookery/common';
import { host } from '../instance/instance-checks.js';
import { type Reach } from '../registry/registry-backend.js';
import { SPECIAL_ADDRESSES, type SpecialAddress } from './special-address.js';

/** Which of the instances that a registry lists are believed. */
export interface AdmissionOptions {
  /**
   * Where instances may be: addresses, CIDR ranges, host names, or `'*.example.org'` for all names below one. An instance
   * at any other place is refused. Default: anywhere, special addresses apart.
   */
  allow?: readonly string[];
  /**
   * Special addresses at which instances may be, if `allow` lets them. Default: `['loopback']` with a registry of this
   * process or host, none with one of the network.
   */
  special?: readonly SpecialAddress[];
  /** Instances of one service beyond this number are refused, those that came last. Default 10000. */
  maxInstances?: number;
}

export const ADMISSION_DEFAULTS = { maxInstances: 10_000 } as const;

/** The options with their defaults for one registry. */
export interface AdmissionRules {
  readonly allow: readonly string[] | undefined;
  readonly special: ReadonlySet<SpecialAddress>;
  readonly maxInstances: number;
}

const place = check(
  (value) => typeof value === 'string' && (isRange(value) || isName(value)),
  "an address, a range such as '10.0.0.0/8', a host name or '*.example.org'",
);

export const admissionCheck: Check = shape<AdmissionOptions>({
  allow: listOf(place),
  special: listOf(is.oneOf(...SPECIAL_ADDRESSES)),
  maxInstances: is.wholeNumber({ min: 1 }),
});

export function admissionRules(options: AdmissionOptions, reach: Reach): AdmissionRules {
  const { allow, special = reach === 'network' ? [] : ['loopback' as const] } = options;
  const { maxInstances = ADMISSION_DEFAULTS.maxInstances } = options;
  return { allow, special: new Set(special), maxInstances };
}

/** An address, or one with a number of bits. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function isName(text: string): boolean {
  // What ends in a number is no name but a misspelt address.
  return passes(host, text.replace(/^\*\./, '')) && !/(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(text);
}
