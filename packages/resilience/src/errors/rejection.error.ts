import { isRookeryError, RookeryError } from '@rookery/common';

/**
 * A policy turned the call away: what it guards was never reached. So it says nothing about that dependency's health,
 * and no breaker records it.
 */
export abstract class RejectionError extends RookeryError {
  /** Marks a rejection for `isRejection`, also across two installed copies of the package. */
  readonly rejected = true;
}

/** Whether the error says that a policy turned the call away. */
export function isRejection(error: unknown): error is RejectionError {
  return isRookeryError(error) && 'rejected' in error && error.rejected === true;
}
