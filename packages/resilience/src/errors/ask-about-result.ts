import { messageOf } from '@rookery/common';
import { PredicateError } from './predicate.error.js';
import { type ResultPredicate } from './result-predicate.js';

/**
 * Asks a predicate of the options about a result. Throws a `PredicateError` when the predicate itself throws; the message
 * does not show the result, which may hold what no log should.
 */
export function askAboutResult<Rest extends readonly unknown[]>(
  policy: string,
  option: string,
  predicate: ResultPredicate<Rest>,
  result: unknown,
  ...rest: Rest
): boolean {
  try {
    return predicate(result, ...rest);
  } catch (cause) {
    const trouble =
      `threw "${messageOf(cause)}" when asked about a result. ` +
      'Make it return true or false for every result that a call can have.';
    throw new PredicateError(policy, option, undefined, cause, trouble);
  }
}
