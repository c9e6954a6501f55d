import { RookeryError } from '@rookery/common';
import { remedyOf } from './remedy.js';

/**
 * PostgreSQL did not do what it was asked to. It may do so later; it is not `retryable` when only somebody who changes the
 * configuration can help.
 */
export class PostgresUnavailableError extends RookeryError {
  readonly code = 'POSTGRES_UNAVAILABLE';
  override readonly status = 503;
  readonly retryable: boolean;

  /**
   * @param server Which server and database, without credentials.
   * @param reason What it, or the connection to it, had to say.
   * @param sqlState The server's own code of the error. Unset when no server answered.
   */
  constructor(
    readonly server: string,
    readonly reason: string,
    readonly sqlState?: string,
  ) {
    const remedy = remedyOf(sqlState);
    super(`${server} cannot be used: ${reason}. ${remedy ?? 'Is it running, and reachable from here?'}`);
    this.retryable = remedy === undefined;
  }
}
