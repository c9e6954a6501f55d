import { messageOf } from '@rookery/common';
import { PredicateError } from './predicate.error.js';
import { wrongAnswer } from './wrong-answer.js';

/** A function of the options that is asked with the arguments of the decorated method. */
export type ArgumentFunction<Answer> = (...args: never[]) => Answer;

/** What such a function may answer: a check, and how a message names it. */
export interface Answers<Answer> {
  readonly accepts: (answer: unknown) => answer is Answer;
  /** Ends the sentence "Make it return …". */
  readonly allowed: string;
}

/**
 * Asks a function of the options about the arguments of a call. Throws a `PredicateError` when it throws or answers
 * something else than it may.
 */
export function askAboutArguments<Answer>(
  policy: string,
  option: string,
  of: ArgumentFunction<unknown>,
  args: readonly unknown[],
  { accepts, allowed }: Answers<Answer>,
): Answer {
  const advice = `when asked with the arguments of a call. Make it return ${allowed} for every call.`;
  let answer: unknown;
  try {
    // The arguments are the method's own, which the function was written for.
    answer = of(...(args as never[]));
  } catch (cause) {
    throw new PredicateError(policy, option, undefined, cause, `threw "${messageOf(cause)}" ${advice}`);
  }
  if (accepts(answer)) return answer;
  const returned = typeof answer === 'object' ? wrongAnswer(answer) : quoted(answer);
  throw new PredicateError(policy, option, undefined, undefined, `returned ${returned} ${advice}`);
}

function quoted(answer: unknown): string {
  return typeof answer === 'string' ? `"${answer}"` : String(answer);
}
