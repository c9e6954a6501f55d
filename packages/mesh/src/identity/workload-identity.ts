import { constants } from 'node:crypto';
import { type Clock, messageOf, repeat, type Repetition, systemClock } from '@rookery/common';
import { type MeshLog } from '../client/mesh-log.js';
import { IdentityFilesError } from '../errors/identity-files.error.js';
import { ConnectionLifetimes } from './connection-lifetimes.js';
import { FileNotice } from './file-notice.js';
import { checkIdentityOptions, type IdentityOptions } from './identity.options.js';
import { readSvid, type Svid } from './svid.js';

/** What an identity needs besides its files. */
export interface IdentityParts {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Where renewals and troubles with them are told. Default: nowhere. */
  readonly log?: MeshLog;
}

/** What TLS needs to know of an identity, in Node's words. */
export interface IdentityContext {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly minVersion: 'TLSv1.2';
}

/** Options of an https server that proves an identity and wants one. */
export interface IdentityServerOptions extends IdentityContext {
  readonly requestCert: true;
  readonly rejectUnauthorized: true;
  readonly secureOptions: number;
}

/** How often the files are read whether or not a change was noticed, in milliseconds. */
const READ_MS = 5_000;

const SILENT: MeshLog = { debug() {}, warn() {} };

/**
 * Who this app is to others: a SPIFFE certificate, its key and the authorities to believe, from files that somebody else
 * renews. New files are taken into use as they appear; files that do not fit together, such as a new certificate beside
 * the old key, wait until they do.
 */
export class WorkloadIdentity {
  readonly #listeners = new Set<(svid: Svid) => void>();
  readonly #notice: FileNotice;
  readonly #reading: Repetition;
  readonly #lifetimes: ConnectionLifetimes;
  #svid: Svid;
  #trouble = '';

  private constructor(
    private readonly options: IdentityOptions,
    svid: Svid,
    private readonly clock: Clock,
    private readonly log: MeshLog,
  ) {
    this.#svid = svid;
    this.#lifetimes = new ConnectionLifetimes(clock);
    this.#reading = repeat(
      clock,
      READ_MS,
      () => this.#read(),
      (error) => this.#warn(messageOf(error)),
    );
    const { certificate, key, trustBundle } = options;
    this.#notice = new FileNotice([certificate, key, trustBundle], () => this.#reading.wake());
  }

  /** Reads the files. Rejects with an `IdentityFilesError` when they cannot be used, also when the certificate has ended. */
  static async open(
    options: IdentityOptions,
    { clock = systemClock, log = SILENT }: IdentityParts = {},
  ): Promise<WorkloadIdentity> {
    checkIdentityOptions('WorkloadIdentity.open', options);
    const svid = await readSvid(options, options.trustDomain);
    if (svid.endsAt <= clock.now()) {
      const ended = new Date(svid.endsAt).toISOString();
      throw new IdentityFilesError(options.certificate, `The certificate ended at ${ended}. Renew it.`);
    }
    return new WorkloadIdentity(options, svid, clock, log);
  }

  /** What is in use now. */
  get svid(): Svid {
    return this.#svid;
  }

  get trustDomain(): string {
    return this.options.trustDomain;
  }

  /** Ends connections when the certificates that they were made with have ended. */
  get lifetimes(): ConnectionLifetimes {
    return this.#lifetimes;
  }

  /**
   * The options of an https server that proves this identity and wants one of each caller:
   * `NestFactory.create(AppModule, { httpsOptions: identity.serverOptions })`. Sessions are not resumed, because nobody would
   * look at the certificates again. Renewals reach the server, and callers are checked, by `secureServer`.
   */
  get serverOptions(): IdentityServerOptions {
    return {
      ...tlsContext(this.#svid),
      requestCert: true,
      rejectUnauthorized: true,
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
  }

  /** Calls the listener with each new identity; returns the function that ends it. */
  onChange(listener: (svid: Svid) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops following the files. What is in use stays usable. */
  async close(): Promise<void> {
    this.#notice.close();
    await Promise.all([this.#reading.stop(), this.#lifetimes.close()]);
  }

  async #read(): Promise<void> {
    const next = await readSvid(this.options, this.options.trustDomain);
    this.#warnOfEnd(next);
    if (sameMaterial(next, this.#svid)) return;
    this.#svid = next;
    this.#trouble = '';
    this.log.debug('The identity was renewed', { id: next.id, until: new Date(next.endsAt).toISOString() });
    for (const listener of this.#listeners) listener(next);
  }

  #warnOfEnd({ endsAt, id }: Svid): void {
    if (endsAt <= this.clock.now())
      this.#warn(`The certificate of ${id} has ended, and there is no new one.`);
  }

  /** The same trouble is told once, not at every look. */
  #warn(error: string): void {
    if (error === this.#trouble) return;
    this.#trouble = error;
    this.log.warn('The identity cannot be renewed; the last one stays in use', { error });
  }
}

/** The part of TLS that changes with every renewal. */
export function tlsContext({ certificate, key, trustBundle }: Svid): IdentityContext {
  return { cert: certificate, key, ca: trustBundle, minVersion: 'TLSv1.2' };
}

function sameMaterial(a: Svid, b: Svid): boolean {
  return a.certificate === b.certificate && a.key === b.key && a.trustBundle === b.trustBundle;
}
