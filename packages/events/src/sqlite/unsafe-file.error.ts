import { RookeryError } from '@rookery/common';

/** The directory of the database is not safe to use. Raised while the app boots. */
export class UnsafeFileError extends RookeryError {
  readonly code = 'UNSAFE_EVENT_FILE';

  constructor(
    readonly directory: string,
    readonly reason: string,
  ) {
    super(
      `The directory ${directory} cannot hold the event database, because ${reason}. Name another file in sqliteBroker({ file }), or correct the directory.`,
    );
  }
}
