export { PostgresSchemaError } from './errors/postgres-schema.error.js';
export { PostgresServerError } from './errors/postgres-server.error.js';
export { PostgresUnavailableError } from './errors/postgres-unavailable.error.js';
export { postgresBroker } from './postgres-broker.js';
export { type PostgresBrokerOptions } from './postgres-broker.options.js';
