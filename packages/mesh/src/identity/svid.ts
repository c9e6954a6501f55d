import { type X509Certificate } from 'node:crypto';
import { IdentityFilesError } from '../errors/identity-files.error.js';
import { certificatesIn, contentOf, leafOf } from './pem-files.js';
import { trustDomainOf } from './spiffe-id.js';
import { uriNamesOf } from './uri-names.js';

/** Where the identity of this app is kept, as PEM files that whoever renews them replaces. */
export interface IdentityFiles {
  /** The certificate of the app, followed by those between it and the authority, if any. */
  readonly certificate: string;
  /** Its private key. */
  readonly key: string;
  /** The authorities whose word counts; during a change of them, the old and the new. */
  readonly trustBundle: string;
}

/** An identity as it is at present: who we are, how we prove it, and whom we believe. */
export interface Svid {
  readonly id: string;
  readonly certificate: string;
  readonly key: string;
  readonly trustBundle: string;
  /** When the certificate ends, in milliseconds since the epoch. */
  readonly endsAt: number;
}

/**
 * Reads an identity. Rejects with an `IdentityFilesError` when a file cannot be read, the key is of another certificate,
 * or the certificate is not that of one workload of the trust domain. Whether it is still valid is not looked at.
 */
export async function readSvid(files: IdentityFiles, trustDomain: string): Promise<Svid> {
  // One after the other, so that the same mistake gets the same message each time.
  const certificate = await contentOf(files.certificate);
  const key = await contentOf(files.key);
  const trustBundle = await contentOf(files.trustBundle);
  const leaf = leafOf([files.certificate, certificate], [files.key, key]);
  certificatesIn(trustBundle, files.trustBundle);
  return {
    id: ownIdOf(leaf, files.certificate, trustDomain),
    certificate,
    key,
    trustBundle,
    endsAt: Date.parse(leaf.validTo),
  };
}

function ownIdOf(leaf: X509Certificate, file: string, trustDomain: string): string {
  const uris = uriNamesOf(leaf.subjectAltName);
  const [id, ...more] = uris;
  if (id === undefined || more.length > 0 || leaf.ca || trustDomainOf(id) !== trustDomain) {
    const has = uris.length > 0 ? `It has ${uris.slice(0, 3).join(', ')}.` : 'It has none.';
    throw new IdentityFilesError(
      file,
      `The certificate needs exactly one URI, an id of a workload of spiffe://${trustDomain}. ${has}`,
    );
  }
  return id;
}
