import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf } from '@rookery/common';
import { IdentityFilesError } from '../errors/identity-files.error.js';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What is in a file. Rejects with an `IdentityFilesError` when it cannot be read. */
export async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new IdentityFilesError(file, `It cannot be read: ${messageOf(cause)}.`, { cause });
  }
}

/** The certificates in the content of a file, at least one. Throws an `IdentityFilesError`. */
export function certificatesIn(pem: string, file: string): X509Certificate[] {
  try {
    const found = pem.match(PEM)?.map((one) => new X509Certificate(one)) ?? [];
    if (found.length > 0) return found;
  } catch (cause) {
    throw new IdentityFilesError(file, 'A certificate in it cannot be read.', { cause });
  }
  throw new IdentityFilesError(file, 'It holds no certificate in PEM form.');
}

/** The first certificate of a file, whose key is in another file. Throws an `IdentityFilesError` when it is not. */
export function leafOf(
  [certificateFile, certificate]: readonly [file: string, pem: string],
  [keyFile, key]: readonly [file: string, pem: string],
): X509Certificate {
  const [leaf] = certificatesIn(certificate, certificateFile);
  if (leaf?.checkPrivateKey(privateKeyIn(key, keyFile))) return leaf;
  throw new IdentityFilesError(keyFile, `It is not the key of the certificate in ${certificateFile}.`);
}

function privateKeyIn(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // What OpenSSL says may be about the key's content, so it goes nowhere.
    throw new IdentityFilesError(file, 'It holds no private key in PEM form, or one with a passphrase.');
  }
}
