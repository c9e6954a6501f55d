import { messageOf } from '@rookery/common';
import { PredicateError } from './predicate.error.js';
import { wrongAnswer } from './wrong-answer.js';

/**
 * Asks a predicate of the options about an error. Throws a `PredicateError` when the predicate itself throws, or answers
 * neither `true` nor `false`: a promise, which an `async` one returns, would be taken for a yes.
 */
export function ask<Rest extends readonly unknown[]>(
  policy: string,
  option: string,
  predicate: (error: unknown, ...rest: Rest) => boolean,
  error: unknown,
  ...rest: Rest
): boolean {
  let answer: unknown;
  try {
    answer = predicate(error, ...rest);
  } catch (cause) {
    throw new PredicateError(policy, option, error, cause);
  }
  if (typeof answer === 'boolean') return answer;
  const trouble =
    `returned ${wrongAnswer(answer)} when asked about "${messageOf(error)}". ` +
    'Make it return true or false for every value that can be thrown.';
  throw new PredicateError(policy, option, error, undefined, trouble);
}
