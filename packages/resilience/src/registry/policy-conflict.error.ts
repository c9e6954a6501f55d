import { RookeryError } from '@rookery/common';

/** Two places give different settings to what has one name, and so one state. */
export class PolicyConflictError extends RookeryError {
  readonly code = 'POLICY_CONFLICT';

  constructor(
    readonly policy: string,
    /** Where the settings that came first were given. */
    readonly first: string,
    /** Where the settings that differ were given. */
    readonly second: string,
  ) {
    super(
      `"${policy}" has different settings in ${first} and in ${second}. ` +
        'Make them equal, or give one of the two another name.',
    );
  }
}
