import { RookeryError } from '@rookery/common';

/** An event that cannot be published, or bytes that are no event. Trying again does not help. */
export class InvalidEventError extends RookeryError {
  readonly code = 'INVALID_EVENT';

  /** @param problem What is wrong and what is allowed, as a sentence. */
  constructor(
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`Invalid event: ${problem}`, options);
  }
}
