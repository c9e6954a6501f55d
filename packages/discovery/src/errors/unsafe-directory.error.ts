import { RookeryError } from '@rookery/common';

/** A lease directory that others could write to: whoever can may redirect every call of the system. */
export class UnsafeDirectoryError extends RookeryError {
  readonly code = 'UNSAFE_DIRECTORY';

  constructor(
    readonly directory: string,
    readonly reason: string,
  ) {
    super(
      `The lease directory ${directory} is not safe to use: it ${reason}. Remove it, or give leaseFileRegistry a directory that only this user can write to.`,
    );
  }
}
