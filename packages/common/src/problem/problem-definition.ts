import { check, type Check, required } from '../options/check.js';
import { text, wholeNumber } from '../options/checks.js';
import { shape } from '../options/shape.js';
import { type Schema, schemaCheck } from '../schema/schema.js';
import { BLANK_TYPE } from './problem-details.js';

/** What every problem of one kind has in common. */
export interface ProblemDefinition<Members extends object = object> {
  /**
   * The URI that names the kind on the wire, which no other kind has and which never changes, such as
   * `https://shop.example/problems/out-of-stock`. Nothing needs to be found there.
   */
  type: string;
  /** The `code` of the error in programs and on transports without problems, such as `OUT_OF_STOCK`. */
  code: string;
  /** The kind in words, the same each time. */
  title: string;
  /** The HTTP status, from 400 to 599. Retries and breakers of the caller judge by it. */
  status: number;
  /** What else such a problem says. Whoever receives one checks it. Default: nothing. */
  members?: Schema<Members>;
}

export const problemDefinitionCheck: Check = shape<ProblemDefinition>({
  type: required(
    check(
      (value) => typeof value === 'string' && /^[!-~]+$/.test(value) && value !== BLANK_TYPE,
      'a URI such as "https://shop.example/problems/out-of-stock"',
    ),
  ),
  code: required(
    check(
      (value) => typeof value === 'string' && /^[A-Z][A-Z0-9_]*$/.test(value),
      'a name of capitals such as "OUT_OF_STOCK"',
    ),
  ),
  title: required(text),
  status: required(wholeNumber({ min: 400, max: 599 })),
  members: schemaCheck,
});
