import { messageOf } from '@rookery/common';
import { PredicateError } from './predicate.error.js';
import { type ResultPredicate } from './result-predicate.js';
import { wrongAnswer } from './wrong-answer.js';

const ADVICE = 'Make it return true or false for every result that a call can have.';

/**
 * Asks a predicate of the options about a result. Throws a `PredicateError` when the predicate itself throws, or answers
 * neither `true` nor `false`; the message does not show the result, which may hold what no log should.
 */
export function askAboutResult<Rest extends readonly unknown[]>(
  policy: string,
  option: string,
  predicate: ResultPredicate<Rest>,
  result: unknown,
  ...rest: Rest
): boolean {
  let answer: unknown;
  try {
    answer = predicate(result, ...rest);
  } catch (cause) {
    const trouble = `threw "${messageOf(cause)}" when asked about a result. ${ADVICE}`;
    throw new PredicateError(policy, option, undefined, cause, trouble);
  }
  if (typeof answer === 'boolean') return answer;
  const trouble = `returned ${wrongAnswer(answer)} when asked about a result. ${ADVICE}`;
  throw new PredicateError(policy, option, undefined, undefined, trouble);
}
