import { check, type Check, checkOptions, type Duration, is, shape, toMilliseconds } from '@rookery/common';

/** Options of `postgresBroker`. */
export interface PostgresBrokerOptions {
  /** `postgres://[user[:password]@]host[:port]/database`. Default `'postgres://127.0.0.1:5432/postgres'`. */
  url?: string;
  /**
   * The schema that holds the events; it is created. Systems that share a database each have their own. Lower-case letters, digits
   * and `_`. Default `'rookery'`.
   */
  schema?: string;
  /** Connections to the server, besides one that listens for news. Default 5. */
  connections?: number;
  /** How long a connection, or an answer, may take. Default `'10s'`. */
  timeout?: Duration;
  /** How long a handled event is kept. Publishing its (source, id) again within this time does nothing. Default `'24h'`. */
  retention?: Duration;
  /** How many events are kept beside those still to be handled, whatever their age. Default 1,000,000. */
  maxRetained?: number;
  /** How long dead letters wait for someone to look at them. Default `'30d'`. */
  deadLetterRetention?: Duration;
  /**
   * A consumer that no process has run for this long is forgotten, and its backlog with it; a warning says so.
   * Default `'7d'`.
   */
  consumerExpiry?: Duration;
  /** How long an event stays with a process that shows no sign of life but is not known to be dead. Default `'30s'`. */
  lease?: Duration;
}

/** The options with their defaults, durations in milliseconds. */
export interface PostgresSettings {
  readonly url: string;
  readonly schema: string;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly retentionMs: number;
  readonly maxRetained: number;
  readonly deadLetterRetentionMs: number;
  readonly consumerExpiryMs: number;
  readonly leaseMs: number;
}

const url: Check = check(
  (value) =>
    typeof value === 'string' &&
    URL.canParse(value) &&
    ['postgres:', 'postgresql:'].includes(new URL(value).protocol),
  "a URL such as 'postgres://user@host:5432/database'",
);

const schemaName: Check = check(
  (value) => typeof value === 'string' && /^[a-z_][a-z0-9_]{0,39}$/.test(value) && !value.startsWith('pg_'),
  'up to 40 lower-case letters, digits and "_", not beginning with a digit or "pg_"',
);

/** A hundred years. */
const LONGEST_MS = 100 * 365 * 86_400_000;

const checkPostgresBroker = shape<PostgresBrokerOptions>({
  url,
  schema: schemaName,
  connections: is.wholeNumber({ min: 1, max: 1_000 }),
  timeout: is.duration({ min: 100, max: 600_000 }),
  retention: is.duration({ max: LONGEST_MS }),
  maxRetained: is.wholeNumber({ min: 1 }),
  deadLetterRetention: is.duration({ min: 1_000, max: LONGEST_MS }),
  consumerExpiry: is.duration({ min: 60_000, max: LONGEST_MS }),
  lease: is.duration({ min: 1_000, max: 86_400_000 }),
});

/** Throws an `OptionsError` when the options cannot be used. */
export function postgresSettings(options: PostgresBrokerOptions): PostgresSettings {
  checkOptions('postgresBroker', checkPostgresBroker, options);
  return {
    url: options.url ?? 'postgres://127.0.0.1:5432/postgres',
    schema: options.schema ?? 'rookery',
    connections: options.connections ?? 5,
    timeoutMs: wholeMilliseconds(options.timeout ?? '10s'),
    retentionMs: wholeMilliseconds(options.retention ?? '24h'),
    maxRetained: options.maxRetained ?? 1_000_000,
    deadLetterRetentionMs: wholeMilliseconds(options.deadLetterRetention ?? '30d'),
    consumerExpiryMs: wholeMilliseconds(options.consumerExpiry ?? '7d'),
    leaseMs: wholeMilliseconds(options.lease ?? '30s'),
  };
}

/** The columns are whole numbers. */
function wholeMilliseconds(duration: Duration): number {
  return Math.ceil(toMilliseconds(duration));
}
