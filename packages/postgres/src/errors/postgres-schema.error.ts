import { RookeryError } from '@rookery/common';

/** The schema in the database is of a newer version than this code knows. */
export class PostgresSchemaError extends RookeryError {
  readonly code = 'POSTGRES_SCHEMA';

  constructor(
    readonly server: string,
    readonly schema: string,
    readonly version: number,
    readonly known: number,
  ) {
    super(
      `${server}: the schema ${schema} has version ${version}, and this version of @rookery/postgres knows up to ${known}. Update it, or use another schema.`,
    );
  }
}
