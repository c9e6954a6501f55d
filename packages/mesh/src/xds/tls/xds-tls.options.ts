import { type Check, is, required, shape } from '@rookery/common';

/** How the xDS server proves who it is, and who may ask it: PEM files, which are followed. */
export interface XdsTlsOptions {
  /** Its certificate, followed by those between it and the authority, if any. */
  certificate: string;
  /** The private key of the certificate. */
  key: string;
  /**
   * The authorities of those who may ask: each client has to bring a certificate that one of them has signed. Default:
   * everybody may ask.
   */
  clientAuthorities?: string;
}

export const xdsTlsCheck: Check = shape<XdsTlsOptions>({
  certificate: required(is.text),
  key: required(is.text),
  clientAuthorities: is.text,
});
