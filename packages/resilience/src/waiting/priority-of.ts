import { currentContext } from '@rookery/common';
import { type Answers, type ArgumentFunction, askAboutArguments } from '../errors/ask-about-arguments.js';
import { type Execution } from '../pipeline/policy.js';
import { PRIORITIES, type Priority } from '../pipeline/priority.js';

/** The priority of a call by the arguments of its method; `undefined` leaves it to the call's context. */
export type PriorityFunction = ArgumentFunction<Priority | undefined>;

const ALLOWED = PRIORITIES.map((priority) => `'${priority}'`).join(', ');

const ANSWERS: Answers<Priority | undefined> = {
  accepts: (answer): answer is Priority | undefined => answer === undefined || isPriority(answer),
  allowed: `${ALLOWED} or undefined`,
};

/**
 * How much a call matters: what the call itself says, else what the declared function says of the method's arguments,
 * else what the running call has, else `'normal'`. The nearer to the call, the better somebody knows it. Only methods
 * have arguments to ask with. Throws a `PredicateError` when the function throws or names no priority, and a
 * `TypeError` when one of the others is none.
 *
 * @param option The option that holds the declared function, such as `bulkhead.priority`.
 */
export function priorityOf(
  { options, subject }: Execution,
  policy: string,
  option: string,
  declared: PriorityFunction | undefined,
): Priority {
  if (options.priority !== undefined) return known(options.priority);
  const asked = declared && subject && askAboutArguments(policy, option, declared, subject.args, ANSWERS);
  return asked ?? known(currentContext().priority ?? 'normal');
}

/** What JavaScript says, or a header that somebody took for a priority, may be anything. */
function known(priority: Priority): Priority {
  if (isPriority(priority)) return priority;
  throw new TypeError(`Unknown priority "${String(priority)}". Use ${ALLOWED}.`);
}

function isPriority(value: unknown): value is Priority {
  return (PRIORITIES as readonly unknown[]).includes(value);
}
