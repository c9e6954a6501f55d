import { RookeryError } from '@rookery/common';

/** The command line asks for something that does not exist. */
export class UsageError extends RookeryError {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(`${message} See rookery --help.`);
  }
}
