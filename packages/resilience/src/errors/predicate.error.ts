import { messageOf, RookeryError } from '@rookery/common';

/** A function given in the options threw instead of answering, or answered something else. `cause` is what it threw. */
export class PredicateError extends RookeryError {
  readonly code = 'PREDICATE_FAILED';

  /**
   * @param option The option that holds the predicate, such as `circuitBreaker.recordIf`.
   * @param callError The error of the call, which the predicate was asked about; `undefined` when there was none yet.
   * @param trouble What went wrong and what to do, for a function that is not asked about an error.
   */
  constructor(
    readonly policy: string,
    readonly option: string,
    readonly callError: unknown,
    cause: unknown,
    trouble = `threw "${messageOf(cause)}" when asked about "${messageOf(callError)}". ` +
      'Make it return true or false for every value that can be thrown.',
  ) {
    super(`Policy "${policy}": ${option} ${trouble}`, { cause });
  }
}
