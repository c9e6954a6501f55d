import { type BrokerFactory } from '../broker/broker.js';
import { StoreBroker } from '../store/store-broker.js';
import { type SqliteBrokerOptions, sqliteSettings } from './sqlite-options.js';
import { SqliteStore } from './sqlite-store.js';

/** How often processes look for what the file watch did not announce, in milliseconds. */
const POLL_MS = 250;

/**
 * The embedded broker: one SQLite file that all processes of this host share. Nothing to install, nothing to run; an
 * event that is published survives `kill -9` of any process. It serves one host.
 */
export function sqliteBroker(options: SqliteBrokerOptions = {}): BrokerFactory {
  const settings = sqliteSettings(options);
  return (environment) => {
    environment.log.log(`Events are kept in ${settings.file}, which serves the processes of this host only.`);
    const timing = { leaseMs: settings.leaseMs, pollMs: POLL_MS };
    return new StoreBroker(new SqliteStore(settings, environment), timing, environment);
  };
}
