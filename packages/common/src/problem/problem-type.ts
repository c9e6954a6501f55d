import { checkOptions } from '../options/check-options.js';
import { type ProblemDefinition, problemDefinitionCheck } from './problem-definition.js';
import { type ProblemClass } from './problem-class.js';
import { ProblemError, type ProblemFacts } from './problem.error.js';

/** A kind without members. */
export type NoMembers = Readonly<Record<string, never>>;

/** What a problem is made of: its members, unless it has none, and what is special about this one. */
export type ProblemArguments<Members extends object> = Members extends NoMembers
  ? [members?: Members, facts?: ProblemFacts]
  : [members: Members, facts?: ProblemFacts];

/** The class that `ProblemType` makes. */
export interface ProblemBase<Members extends object> extends ProblemClass<Members> {
  new (...given: ProblemArguments<Members>): ProblemError<Members>;
}

/**
 * Makes the base of a class of problems, which the service that throws them and the services that call it share. Throws an
 * `OptionsError` for what cannot be used.
 *
 * @example
 * export class OutOfStock extends ProblemType({
 *   type: 'https://shop.example/problems/out-of-stock',
 *   code: 'OUT_OF_STOCK',
 *   title: 'Not enough in stock',
 *   status: 409,
 *   members: z.object({ sku: z.string(), left: z.int() }),
 * }) {}
 *
 * throw new OutOfStock({ sku: 'tea', left: 3 });
 */
export function ProblemType<Members extends object = NoMembers>(
  definition: ProblemDefinition<Members>,
): ProblemBase<Members> {
  const problem = Object.freeze({ ...checkOptions('ProblemType', problemDefinitionCheck, definition) });
  return class extends ProblemError<Members> {
    static readonly problem = problem;

    constructor(...given: ProblemArguments<Members>) {
      const [members, facts] = given as [Members?, ProblemFacts?];
      super(members ?? ({} as Members), facts);
    }
  };
}
