import { RookeryError } from '@rookery/common';

/** The database was written by a newer version of this package. Raised while the app boots. */
export class NewerSchemaError extends RookeryError {
  readonly code = 'NEWER_EVENT_SCHEMA';

  constructor(
    readonly file: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(
      `${file} has schema version ${found}, but this version of @rookery/events knows up to ${known}. Update the package in every service that uses the file.`,
    );
  }
}
