import { PredicateError } from './predicate.error.js';

/** Asks a predicate of the options about an error. Throws a `PredicateError` when the predicate itself throws. */
export function ask<Rest extends readonly unknown[]>(
  policy: string,
  option: string,
  predicate: (error: unknown, ...rest: Rest) => boolean,
  error: unknown,
  ...rest: Rest
): boolean {
  try {
    return predicate(error, ...rest);
  } catch (cause) {
    throw new PredicateError(policy, option, error, cause);
  }
}
