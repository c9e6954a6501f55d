import { type X509Certificate } from 'node:crypto';
import { systemCode } from '@rookery/common';
import { PeerIdentityError, type PeerProblem } from '../errors/peer-identity.error.js';
import { trustDomainOf } from './spiffe-id.js';
import { uriNamesOf } from './uri-names.js';

/** What OpenSSL says of a chain that it does not accept. */
const PROBLEMS: Readonly<Record<string, PeerProblem>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not yet valid',
  INVALID_PURPOSE: 'wrong purpose',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  INVALID_CA: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
};

/** The alerts by which a server says that it does not accept a client's certificate (RFC 8446, section 6.2). */
const REFUSED_US =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/;

/**
 * The one SPIFFE id of a certificate whose chain was verified. Throws a `PeerIdentityError` unless it is a workload's
 * with exactly one URI, which is an id (X509-SVID, sections 2, 4.1 and 5.2).
 * @param expected What the id has to be, for the message.
 */
export function workloadIdOf(certificate: X509Certificate, expected: string): string {
  const uris = uriNamesOf(certificate.subjectAltName);
  if (certificate.ca) throw new PeerIdentityError('not a workload', expected, uris);
  const [id, ...more] = uris;
  if (more.length > 0) throw new PeerIdentityError('several ids', expected, uris);
  if (id === undefined || trustDomainOf(id) === undefined)
    throw new PeerIdentityError('no id', expected, uris);
  return id;
}

/** The error of a handshake, as it concerns the identity of the two sides; any other error as it is. */
export function handshakeError(error: unknown, expected: string): unknown {
  const code = systemCode(error) ?? '';
  const problem = PROBLEMS[code] ?? (REFUSED_US.test(code) ? 'refused us' : undefined);
  return problem ? new PeerIdentityError(problem, expected, [], { cause: error }) : error;
}
