import { check, type Check, shape } from '@rookery/common';

/** A certificate, several, or a key in PEM form: the path of a file that holds it, or the bytes themselves. */
export type PemSource = string | Buffer;

/** How connections are encrypted, and how both sides prove who they are. */
export interface GrpcTlsOptions {
  /** The authorities by which a server must be certified. Default: those that Node trusts. */
  ca?: PemSource;
  /** The certificate by which this client proves who it is, with those between it and the authority. Needs `key`. Default: none. */
  cert?: PemSource;
  /** The private key that belongs to `cert`. */
  key?: PemSource;
  /**
   * The name that a server's certificate must have. Default: the host that is called. Needed where instances register by
   * their IP address and have certificates of their service's name.
   */
  serverName?: string;
}

const pemSource = check(
  (value) => Buffer.isBuffer(value) || (typeof value === 'string' && value !== '' && !value.includes('\n')),
  'the path of a PEM file, or a Buffer with what is in it',
);

const fields = shape<GrpcTlsOptions>({
  ca: pemSource,
  cert: pemSource,
  key: pemSource,
  serverName: check(
    (value) => typeof value === 'string' && /^[A-Za-z0-9._-]+$/.test(value),
    'a host name, such as "user-service"',
  ),
});

/** A certificate and its key go together. What they hold is looked at when the app boots. */
export const tlsCheck: Check = (value, path, problems) => {
  fields(value, path, problems);
  const { cert, key } = (value ?? {}) as GrpcTlsOptions;
  if ((cert === undefined) !== (key === undefined))
    problems.push(`${path}.${cert === undefined ? 'cert' : 'key'}: Missing. Give cert and key together.`);
};
