import { RookeryError } from '@rookery/common';

/** Somebody removes a named policy that methods use. */
export class PolicyInUseError extends RookeryError {
  readonly code = 'POLICY_IN_USE';

  constructor(
    readonly policy: string,
    /** The methods that use it, such as `Users.find`. */
    readonly users: readonly string[],
  ) {
    super(
      `Policy "${policy}" cannot be removed, because methods use it: ${users.join(', ')}. ` +
        'They would go on under a policy that nobody can see or change. Use reconfigure() to change it, ' +
        'and remove() for policies that only PolicyRegistry.define() and pipeline() know.',
    );
  }
}
