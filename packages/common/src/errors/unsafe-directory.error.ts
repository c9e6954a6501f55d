import { RookeryError } from './rookery.error.js';

/** A directory that others could have prepared, could read or could write to. Raised while the app boots. */
export class UnsafeDirectoryError extends RookeryError {
  readonly code = 'UNSAFE_DIRECTORY';

  /**
   * @param reason What is wrong with it, as in "it is a link".
   * @param advice What to do instead of correcting it, as in "name another file in sqliteBroker({ file })".
   */
  constructor(
    readonly directory: string,
    readonly reason: string,
    advice: string,
  ) {
    super(`The directory ${directory} is not safe to use: it ${reason}. Correct it, or ${advice}.`);
  }
}
