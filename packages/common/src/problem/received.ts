import { type ProblemClass } from './problem-class.js';
import { ProblemError, type ProblemFacts, type Receipt } from './problem.error.js';

/**
 * A problem of another service as an error of its class. Only the prototype of the class is used: its constructor may ask
 * for what no answer holds, so fields that it sets are not there.
 */
export function received<Members extends object>(
  kind: ProblemClass<Members>,
  members: Members,
  facts: ProblemFacts,
  receipt: Receipt,
): ProblemError<Members> {
  const prototype = kind as unknown as new () => unknown;
  return Reflect.construct(ProblemError<Members>, [members, facts, receipt], prototype);
}
