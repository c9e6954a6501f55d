import { type ProblemDefinition } from './problem-definition.js';
import { type ProblemError } from './problem.error.js';

/** A class of problems. Its own constructor may take what it likes. */
export interface ProblemClass<Members extends object = object> {
  readonly problem: ProblemDefinition<Members>;
  readonly prototype: ProblemError<Members>;
}
