import { check, type Schema, schemaCheck } from '@rookery/common';
import { refuse } from '../definition/refuse.js';
import { type AnswerOptions, type ResponseType } from './answer-options.js';
import { type ProblemKinds, problemClassesCheck, withKinds } from './problem-kinds.js';

/** What a request knows about its answers. */
export interface Expected {
  readonly schema?: Schema | undefined;
  readonly responseType?: ResponseType | undefined;
  /** The problems that are thrown as errors of their own classes. */
  readonly kinds: ProblemKinds;
  /** Whether an idempotency key goes with it, which some answers speak about. */
  readonly keyed: boolean;
}

/** What a client and a call say about the answer. Throws a `TypeError` for what cannot be used. */
export function expectedOf(options: AnswerOptions, kinds: ProblemKinds, keyed: boolean): Expected {
  const { schema, responseType, errors } = options;
  refuse(schemaCheck, schema, 'schema');
  refuse(responseTypeCheck, responseType, 'responseType');
  refuse(problemClassesCheck, errors, 'errors');
  return { schema, responseType, kinds: withKinds(kinds, errors), keyed };
}

const responseTypeCheck = check((value) => value === 'json' || value === 'text', "'json' or 'text'");
