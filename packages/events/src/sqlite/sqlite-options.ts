import { check, checkOptions, type Duration, is, shape, toMilliseconds } from '@rookery/common';
import { defaultFile } from './default-file.js';

export interface SqliteBrokerOptions {
  /**
   * The database that all processes of this host share; a local disk, not a network mount. Its directory is created.
   * Default: `rookery-<uid>/<namespace>/events.db` in the system's directory for temporary files, which many systems
   * empty at a reboot: name a file for events that must outlive one.
   */
  file?: string;
  /** Tells systems that use the default file apart. Default `'default'`. */
  namespace?: string;
  /**
   * `'normal'`: what is published survives the death of any process. `'full'`: it survives a power cut as well, for
   * one flush to the disk a commit. Default `'normal'`.
   */
  synchronous?: 'normal' | 'full';
  /**
   * How long a handled event is kept. Publishing its (source, id) again within this time does nothing. Default `'24h'`.
   */
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
export interface SqliteSettings {
  readonly file: string;
  /** The file was not named by the user. */
  readonly isDefaultFile: boolean;
  readonly synchronous: 'normal' | 'full';
  readonly retentionMs: number;
  readonly maxRetained: number;
  readonly deadLetterRetentionMs: number;
  readonly consumerExpiryMs: number;
  readonly leaseMs: number;
}

const checkSqliteBroker = shape<SqliteBrokerOptions>({
  file: check(
    (value) => typeof value === 'string' && value !== '' && !/^(?::memory:|file:)/.test(value),
    'the path of a file; for events that nobody keeps there is memoryBroker()',
  ),
  namespace: is.serviceName,
  synchronous: is.oneOf('normal', 'full'),
  retention: is.duration(),
  maxRetained: is.wholeNumber({ min: 1 }),
  deadLetterRetention: is.duration({ min: 1_000 }),
  consumerExpiry: is.duration({ min: 60_000 }),
  lease: is.duration({ min: 10 }),
});

export function sqliteSettings(options: SqliteBrokerOptions): SqliteSettings {
  checkOptions('sqliteBroker', checkSqliteBroker, options);
  return {
    file: options.file ?? defaultFile(options.namespace ?? 'default'),
    isDefaultFile: options.file === undefined,
    synchronous: options.synchronous ?? 'normal',
    retentionMs: toMilliseconds(options.retention ?? '24h'),
    maxRetained: options.maxRetained ?? 1_000_000,
    deadLetterRetentionMs: toMilliseconds(options.deadLetterRetention ?? '30d'),
    consumerExpiryMs: toMilliseconds(options.consumerExpiry ?? '7d'),
    leaseMs: toMilliseconds(options.lease ?? '30s'),
  };
}
