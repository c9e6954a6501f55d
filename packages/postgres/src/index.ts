export { PostgresUnavailableError } from './errors/postgres-unavailable.error.js';
export { postgresBroker } from './postgres-broker.js';
export { type PostgresBrokerOptions } from './postgres-broker.options.js';
