import { isRookeryError } from './rookery.error.js';

/**
 * Whether an error says that time ran out: that of a policy of ours, or that of whoever called us. What is called
 * at that moment was too slow in either case.
 */
export function isTimeout(error: unknown): boolean {
  return isRookeryError(error, 'TIMEOUT') || isRookeryError(error, 'DEADLINE_EXCEEDED');
}
