import { isRookeryError } from '@rookery/common';

/**
 * Whether the error says that the options or the method itself are written wrongly. Such a bug must come to light: no
 * retry and no fallback covers it, whatever their predicates say, and no breaker takes it for a failure of what is called.
 */
export function isMisuse(error: unknown): boolean {
  return isRookeryError(error, 'PREDICATE_FAILED') || isRookeryError(error, 'UNDECLARED_STREAM');
}
