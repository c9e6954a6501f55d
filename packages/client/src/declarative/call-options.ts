import {
  check,
  type Check,
  headersCheck,
  is,
  mapOf,
  type ProblemClass,
  type Schema,
  schemaCheck,
  shape,
} from '@rookery/common';
import { type RequestOptions } from '../http/http-request.js';
import { problemClassesCheck } from '../http/problem-kinds.js';

/** What a single call of a contract's method may say beyond the method's own arguments, which come before it. */
export type CallOptions = Omit<RequestOptions, 'params'>;

/** What holds for every call of a contract's method. */
export interface CallDefaults<Answer = unknown> extends Pick<
  CallOptions,
  'query' | 'headers' | 'timeout' | 'idempotent' | 'maxResponseSize'
> {
  /**
   * What the answer must fit; the call resolves with what the schema makes of it, which the method has to promise. An answer
   * that does not fit rejects with an `InvalidResponseError`. Only callers run it. Default: unchecked.
   */
  schema?: Schema<Answer>;
  /**
   * Classes of problems, made by `ProblemType`, that calls throw again when the service answers with one, besides those of
   * the client and of the single call. Default: none.
   */
  errors?: readonly ProblemClass[];
}

const urlValue = check(
  (value) =>
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (Array.isArray(value) && value.every((item) => ['string', 'number', 'boolean'].includes(typeof item))),
  'a text, a number, true or false, or a list of them',
);

/** Refuses what `@CallOptions({ ... })` cannot be given. */
export const callDefaultsCheck: Check = shape<CallDefaults>({
  query: mapOf(urlValue),
  headers: headersCheck,
  timeout: is.duration({ min: 1 }),
  idempotent: is.flag,
  maxResponseSize: is.wholeNumber({ min: 1 }),
  schema: schemaCheck,
  errors: problemClassesCheck,
});
