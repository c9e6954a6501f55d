import { RookeryError } from './rookery.error.js';

/** Options that cannot be used. Raised while the app boots, never on a request. */
export class OptionsError extends RookeryError {
  readonly code = 'INVALID_OPTIONS';

  /**
   * @param where What was given the options, such as `DiscoveryModule.forRoot`.
   * @param problems One sentence a problem: the path of the option, what is wrong, and what is allowed.
   */
  constructor(
    readonly where: string,
    readonly problems: readonly string[],
  ) {
    super(`${where}: ${problems.join(' ')}`);
  }
}
