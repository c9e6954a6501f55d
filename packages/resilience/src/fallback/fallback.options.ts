import { type Check, is, required, shape } from '@rookery/common';
import { type ResultPredicate } from '../errors/result-predicate.js';

/** When a fallback steps in. */
export interface FallbackOptions {
  /**
   * Whether the fallback answers for this error. Default: for failures and for calls that a policy turned away, not for
   * 4xx answers (except 408 and 429). It is never asked when the caller aborted, since nobody waits for an answer.
   */
  handleIf?: (error: unknown) => boolean;
  /** Whether the fallback answers instead of this result; its handler then gets `undefined` as the error. Default: never. */
  handleIfResult?: ResultPredicate;
}

/** What answers instead of a method: `this` is the instance, then the error, then the method's own arguments. */
export type FallbackHandler = (this: object, error: unknown, ...args: unknown[]) => unknown;

/** A fallback as a decorator declares it. */
export interface FallbackDeclaration extends FallbackOptions {
  handler: FallbackHandler;
}

export const fallbackCheck: Check = shape<FallbackDeclaration>({
  handler: required(is.callable),
  handleIf: is.callable,
  handleIfResult: is.callable,
});
