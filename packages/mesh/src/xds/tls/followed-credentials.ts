import { type SecureContextOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { ServerCredentials } from '@grpc/grpc-js';
import { type Clock, messageOf, repeat, type Repetition } from '@rookery/common';
import { type MeshLog } from '../../client/mesh-log.js';
import { FileNotice } from '../../identity/file-notice.js';
import { certificatesIn, contentOf, leafOf } from '../../identity/pem-files.js';
import { type XdsTlsOptions } from './xds-tls.options.js';

/** How often the files are read whether or not a change was noticed, in milliseconds. */
const READ_MS = 5_000;

/** What following files needs. */
export interface FollowingParts {
  readonly clock: Clock;
  readonly log: MeshLog;
}

/**
 * Server credentials of files that somebody else renews: new connections prove what is new, those that are there stay.
 * Files that do not fit together wait until they do. gRPC's own watcher would hand them on as they are.
 */
export class FollowedCredentials extends ServerCredentials {
  readonly #notice: FileNotice;
  readonly #reading: Repetition;
  #trouble = '';

  private constructor(
    private readonly files: XdsTlsOptions,
    private context: SecureContextOptions,
    { clock, log }: FollowingParts,
  ) {
    super({ requestCert: files.clientAuthorities !== undefined, rejectUnauthorized: true }, context);
    this.#reading = repeat(
      clock,
      READ_MS,
      () => this.#read(),
      (error) => this.#warn(log, messageOf(error)),
    );
    const { certificate, key, clientAuthorities = certificate } = files;
    this.#notice = new FileNotice([certificate, key, clientAuthorities], () => this.#reading.wake());
  }

  /** Reads the files. Rejects with an `IdentityFilesError` when they cannot be used. */
  static async open(files: XdsTlsOptions, parts: FollowingParts): Promise<FollowedCredentials> {
    return new FollowedCredentials(files, await readContext(files), parts);
  }

  /** Stops following the files. */
  async close(): Promise<void> {
    this.#notice.close();
    await this.#reading.stop();
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }

  async #read(): Promise<void> {
    const next = await readContext(this.files);
    this.#trouble = '';
    if (isDeepStrictEqual(next, this.context)) return;
    this.context = next;
    this.updateSecureContextOptions(next);
  }

  /** The same trouble is told once, not at every look. */
  #warn(log: MeshLog, error: string): void {
    if (error === this.#trouble) return;
    this.#trouble = error;
    log.warn('The certificate of the xDS server cannot be renewed; the last one stays in use', { error });
  }
}

async function readContext({
  certificate,
  key,
  clientAuthorities,
}: XdsTlsOptions): Promise<SecureContextOptions> {
  const cert = await contentOf(certificate);
  const privateKey = await contentOf(key);
  leafOf([certificate, cert], [key, privateKey]);
  const context = { cert, key: privateKey, minVersion: 'TLSv1.2' } as const;
  if (clientAuthorities === undefined) return context;
  const ca = await contentOf(clientAuthorities);
  certificatesIn(ca, clientAuthorities);
  return { ...context, ca };
}
