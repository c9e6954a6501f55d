import { messageOf, RookeryError } from '@rookery/common';

/** A predicate given in the options threw instead of answering. `cause` is what it threw. */
export class PredicateError extends RookeryError {
  readonly code = 'PREDICATE_FAILED';

  /**
   * @param option The option that holds the predicate, such as `circuitBreaker.recordIf`.
   * @param callError The error of the call, which the predicate was asked about.
   */
  constructor(
    readonly policy: string,
    readonly option: string,
    readonly callError: unknown,
    cause: unknown,
  ) {
    super(
      `Policy "${policy}": ${option} threw "${messageOf(cause)}" when asked about "${messageOf(callError)}". ` +
        'Make it return true or false for every value that can be thrown.',
      { cause },
    );
  }
}
