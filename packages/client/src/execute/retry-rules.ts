import { isRookeryError } from '@rookery/common';
import { isAnswerError } from '../errors/answer-error.js';
import { ConnectionError } from '../errors/connection.error.js';

/**
 * Whether another try could succeed and do no harm. A request that surely never arrived may always be tried again; any
 * other only when it is idempotent and the failure looks like one of the moment: no answer, a timeout, or an answer that
 * says so.
 */
export function mayRetry(error: unknown, idempotent: boolean): boolean {
  if (isRookeryError(error, 'NO_INSTANCES')) return true;
  if (error instanceof ConnectionError) return idempotent || !error.sent;
  if (isRookeryError(error, 'TIMEOUT')) return idempotent;
  return isAnswerError(error) && idempotent && error.passing;
}

/**
 * Whether an error speaks about the one instance that was tried, rather than about the service: it gave no answer.
 * While other instances are up, such an error must not open the circuit that guards the whole service.
 */
export function isInstanceFault(error: unknown): boolean {
  return error instanceof ConnectionError || isRookeryError(error, 'TIMEOUT');
}
