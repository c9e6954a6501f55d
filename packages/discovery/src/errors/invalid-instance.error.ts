import { RookeryError } from '@rookery/common';

/** An instance that cannot be registered as it is described. */
export class InvalidInstanceError extends RookeryError {
  readonly code = 'INVALID_INSTANCE';

  /** @param problems One sentence a problem: the field, what is wrong, and what is allowed. */
  constructor(readonly problems: readonly string[]) {
    super(`This instance cannot be registered: ${problems.join(' ')}`);
  }
}
