import { RookeryError } from '@rookery/common';

/** The server is older than any that can be used. */
export class PostgresServerError extends RookeryError {
  readonly code = 'POSTGRES_SERVER';

  constructor(
    readonly server: string,
    readonly version: number,
  ) {
    super(
      `${server} has version ${version}, and events need PostgreSQL 12 or later. Update it, or use another.`,
    );
  }
}
