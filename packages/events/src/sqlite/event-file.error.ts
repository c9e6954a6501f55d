import { messageOf, RookeryError } from '@rookery/common';

/** The event database cannot be opened, or is not there any more. */
export class EventFileError extends RookeryError {
  readonly code = 'EVENT_FILE';

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `The event database ${file} cannot be used: ${messageOf(cause)}. Correct it and start again, or name another file in sqliteBroker({ file }).`,
      { cause },
    );
  }
}
