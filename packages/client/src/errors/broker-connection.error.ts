import { ConnectionError } from './connection.error.js';

/**
 * No answer came, because the connection to the broker was lost or never made, or because the broker says that nobody
 * listens. Where nobody can be asked nothing is sent, so no circuit opens that would stay open when the broker is back.
 */
export class BrokerConnectionError extends ConnectionError {}
