import { RookeryError } from '@rookery/common';

/** A contract class that cannot be turned into requests, or a controller that does not serve its contract. Raised at boot. */
export class InvalidContractError extends RookeryError {
  readonly code = 'INVALID_CONTRACT';

  /**
   * @param contract The name of the class.
   * @param problems One sentence a problem: the method, what is wrong, and what to do.
   */
  constructor(
    readonly contract: string,
    readonly problems: readonly string[],
  ) {
    super(`${contract}: ${problems.join(' ')}`);
  }
}
