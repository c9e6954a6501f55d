import { type BrokerFactory, StoreBroker } from '@rookery/events';
import { PostgresLink } from './connection/postgres-link.js';
import { type PostgresBrokerOptions, postgresSettings } from './postgres-broker.options.js';
import { PostgresStore } from './store/postgres-store.js';

/** How often processes look for what no notification announced, in milliseconds. */
const POLL_MS = 1_000;

/**
 * Events and queues in PostgreSQL 12 or later, for every host that reaches it: what `EventsModule.forRoot({ broker })` takes. What
 * is published has been committed, so it survives whatever the database survives. Nothing is installed in it but one schema.
 */
export function postgresBroker(options: PostgresBrokerOptions = {}): BrokerFactory {
  const settings = postgresSettings(options);
  return (environment) => {
    const link = new PostgresLink(settings);
    const store = new PostgresStore(link, settings, environment);
    return new StoreBroker(store, { leaseMs: settings.leaseMs, pollMs: POLL_MS }, environment);
  };
}
