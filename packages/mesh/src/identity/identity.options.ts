import { check, type Check, checkOptions, is, required, shape } from '@rookery/common';
import { isTrustDomain } from './spiffe-id.js';
import { type IdentityFiles } from './svid.js';

/** Who the app is to others: PEM files, which are followed, and the trust domain that all of them belong to. */
export interface IdentityOptions extends IdentityFiles {
  /** Such as `example.org`, without `spiffe://`. */
  readonly trustDomain: string;
}

export const identityCheck: Check = shape<IdentityOptions>({
  certificate: required(is.text),
  key: required(is.text),
  trustBundle: required(is.text),
  trustDomain: required(
    check(isTrustDomain, 'a trust domain such as "example.org": lower-case letters, digits, dots, dashes'),
  ),
});

/** Throws an `OptionsError` that names every problem. The files are read later. */
export function checkIdentityOptions(where: string, options: IdentityOptions): void {
  checkOptions(where, identityCheck, options);
}
