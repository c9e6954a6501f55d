import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IdentityOptions } from '../src/index.js';

/** What a certificate is to say. */
export interface Wanted {
  /** Default: one id of `users` in `spiffe://example.org/ns/default`. */
  readonly uris?: readonly string[];
  /** Host names beside them, for proxies that know no URIs. Default: none. */
  readonly dns?: readonly string[];
  /** The common name, for the same. Default `leaf`. */
  readonly name?: string;
  /** Default: an hour ago. */
  readonly from?: Date;
  /** Default: in a day. */
  readonly to?: Date;
  /** Default: both. */
  readonly usage?: 'serverAuth' | 'clientAuth' | 'serverAuth,clientAuth';
  /** Default `false`. */
  readonly ca?: boolean;
}

/** A certificate with its key, in PEM form. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

export const HOUR_MS = 3_600_000;
export const idOf = (service: string) => `spiffe://example.org/ns/default/sa/${service}`;

const directories: string[] = [];

/** A directory for files of a test, until `removeDirectories`. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rookery-mesh-'));
  directories.push(directory);
  return directory;
}

export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const stamp = (date: Date) => date.toISOString().replace(/[-:T]|\.\d+/g, '');
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority that signs whatever a test wants, by the command line of OpenSSL. */
export class Authority {
  readonly #directory = newDirectory();
  /** Its own certificate: a trust bundle. */
  readonly bundle: string;
  #issued = 0;

  constructor(name = 'test') {
    const at = (file: string) => join(this.#directory, file);
    writeFileSync(at('index.txt'), '');
    writeFileSync(
      at('ca.cnf'),
      `[ca]\ndefault_ca=d\n[d]\nserial=${at('serial')}\ndatabase=${at('index.txt')}\nnew_certs_dir=${this.#directory}\nunique_subject=no\n` +
        `default_md=sha256\npolicy=p\n[p]\ncommonName=optional\n[req]\ndistinguished_name=n\n[n]\n`,
    );
    const subject = ['-subj', `/CN=${name}`, '-days', '30', '-addext', 'basicConstraints=critical,CA:TRUE'];
    const files = ['-config', at('ca.cnf'), '-keyout', at('ca.key'), '-out', at('ca.pem')];
    openssl('req', '-x509', ...NEW_KEY, ...subject, ...files);
    this.bundle = readFileSync(at('ca.pem'), 'utf8');
  }

  issue({
    uris = [idOf('users')],
    dns = [],
    name = 'leaf',
    from,
    to,
    usage,
    ca = false,
  }: Wanted = {}): Issued {
    this.#issued += 1;
    const at = (file: string) => join(this.#directory, `${this.#issued}.${file}`);
    const names = [...uris.map((uri) => `URI:${uri}`), ...dns.map((host) => `DNS:${host}`)].join(',');
    writeFileSync(
      at('ext'),
      `basicConstraints=critical,CA:${ca ? 'TRUE' : 'FALSE'}\nextendedKeyUsage=${usage ?? 'serverAuth,clientAuth'}\n` +
        (names && `subjectAltName=${names}\n`),
    );
    const config = ['-config', join(this.#directory, 'ca.cnf')];
    openssl(
      'req',
      '-new',
      ...NEW_KEY,
      ...config,
      '-subj',
      `/CN=${name.replaceAll('/', String.raw`\/`)}`,
      '-keyout',
      at('key'),
      '-out',
      at('csr'),
    );
    const signer = ['-cert', join(this.#directory, 'ca.pem'), '-keyfile', join(this.#directory, 'ca.key')];
    const dates = [
      '-startdate',
      stamp(from ?? new Date(Date.now() - HOUR_MS)),
      '-enddate',
      stamp(to ?? new Date(Date.now() + 24 * HOUR_MS)),
    ];
    const files = ['-in', at('csr'), '-out', at('pem'), '-extfile', at('ext')];
    openssl('ca', ...config, ...signer, '-batch', '-notext', '-rand_serial', ...dates, ...files);
    return { certificate: readFileSync(at('pem'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
  }
}

/** A certificate that nobody but its own key has signed. */
export function selfSigned(uri: string): Issued {
  const directory = newDirectory();
  const at = (file: string) => join(directory, file);
  const says = ['-addext', `subjectAltName=URI:${uri}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
  openssl('req', '-x509', ...NEW_KEY, '-subj', '/CN=self', ...says, '-keyout', at('key'), '-out', at('pem'));
  return { certificate: readFileSync(at('pem'), 'utf8'), key: readFileSync(at('key'), 'utf8') };
}

/** The files of an identity, which can be renewed. */
export class IdentityFolder {
  readonly options: IdentityOptions;

  constructor(issued: Issued, bundle: string) {
    const directory = newDirectory();
    this.options = {
      certificate: join(directory, 'cert.pem'),
      key: join(directory, 'key.pem'),
      trustBundle: join(directory, 'bundle.pem'),
      trustDomain: 'example.org',
    };
    this.write(issued, bundle);
  }

  /** Replaces the files by renaming, as those do who renew them: one after the other, so for a moment they do not fit. */
  write({ certificate, key }: Issued, bundle: string): void {
    for (const [file, content] of [
      [this.options.trustBundle, bundle],
      [this.options.key, key],
      [this.options.certificate, certificate],
    ] as const) {
      writeFileSync(`${file}.new`, content, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    }
  }
}
