import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { messageOf, OptionsError } from '@rookery/common';
import { type GrpcTlsOptions, type PemSource } from './tls.options.js';

const BEGIN = '-----BEGIN CERTIFICATE-----';

/**
 * What a client proves itself with, and whom it trusts. The files are read for each connection anew, so that it has the
 * certificates that were renewed meanwhile.
 */
export class TlsFiles {
  /** @param refuse Throws what an option is wrong about. */
  constructor(
    private readonly options: GrpcTlsOptions,
    private readonly refuse: (option: string, problem: string) => never,
  ) {
    this.credentials();
  }

  /** The name that a server's certificate must have; unset: the host that is called. */
  get serverName(): string | undefined {
    return this.options.serverName;
  }

  /** For one connection. Throws when a file cannot be read, is none of its kind, or is out of date. */
  credentials(): ChannelCredentials {
    const ca = this.#read('ca');
    const cert = this.#read('cert');
    const key = this.#read('key');
    if (ca) this.#certificates('ca', ca);
    if (cert && key) this.#checkPair(cert, key);
    const context = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
    });
    return credentials.createFromSecureContext(context);
  }

  #read(option: 'ca' | 'cert' | 'key'): Buffer | undefined {
    const source: PemSource | undefined = this.options[option];
    if (source === undefined || Buffer.isBuffer(source)) return source;
    try {
      return readFileSync(source);
    } catch (error) {
      return this.refuse(option, `${source} cannot be read: ${messageOf(error)}.`);
    }
  }

  #certificates(option: 'ca' | 'cert', bytes: Buffer): readonly [X509Certificate, ...X509Certificate[]] {
    try {
      const [, ...blocks] = bytes.toString('latin1').split(BEGIN);
      const [first, ...others] = blocks.map((block) => new X509Certificate(BEGIN + block));
      if (first) return [first, ...others];
    } catch (error) {
      return this.refuse(option, `It holds no certificate that can be read: ${messageOf(error)}.`);
    }
    return this.refuse(option, 'It holds no certificate in PEM form.');
  }

  #checkPair(cert: Buffer, key: Buffer): void {
    const [own] = this.#certificates('cert', cert);
    if (own.validToDate.getTime() <= Date.now())
      this.refuse('cert', `The certificate ended on ${own.validToDate.toISOString()}. Renew it.`);
    if (!own.checkPrivateKey(this.#privateKey(key)))
      this.refuse('key', 'It does not belong to the certificate of cert.');
  }

  #privateKey(key: Buffer): KeyObject {
    try {
      return createPrivateKey(key);
    } catch {
      // What OpenSSL says may hold a part of the key.
      return this.refuse('key', 'It holds no private key in PEM form that can be read without a passphrase.');
    }
  }
}

/** Reads what the options name. Throws an `OptionsError` that names the option at fault. */
export function loadTls(where: string, path: string, options: GrpcTlsOptions): TlsFiles {
  return new TlsFiles(options, (option, problem) => {
    throw new OptionsError(where, [`${path}.${option}: ${problem}`]);
  });
}
