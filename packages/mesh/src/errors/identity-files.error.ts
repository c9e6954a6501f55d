import { RookeryError } from '@rookery/common';

/** The files of the own identity cannot be used. At boot the app does not start; later it goes on with what it had. */
export class IdentityFilesError extends RookeryError {
  readonly code = 'IDENTITY_FILES';

  /**
   * @param file The path of the file at fault.
   * @param problem What is wrong with it and what to do, without anything of what it holds.
   */
  constructor(
    readonly file: string,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${problem}`, options);
  }
}
