import { isRookeryError } from '@rookery/common';
import { ConnectionError } from '../errors/connection.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { type HttpMethod } from './http-request.js';

const IDEMPOTENT = new Set<HttpMethod>(['GET', 'PUT', 'DELETE']);

/** Whether a method may be executed twice without harm (RFC 9110, section 9.2.2). */
export function isIdempotent(method: HttpMethod): boolean {
  return IDEMPOTENT.has(method);
}

/**
 * Whether another try could succeed and do no harm. A request that surely never arrived may always be tried again; any
 * other only when it is idempotent and the failure looks like one of the moment: no answer, a timeout, 408, 429 or 5xx.
 */
export function mayRetry(error: unknown, idempotent: boolean): boolean {
  if (isRookeryError(error, 'NO_INSTANCES')) return true;
  if (error instanceof ConnectionError) return idempotent || !error.sent;
  if (isRookeryError(error, 'TIMEOUT')) return idempotent;
  return error instanceof HttpStatusError && idempotent && isPassing(error.status);
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/**
 * Whether an error speaks about the one instance that was tried, rather than about the service: it gave no answer.
 * While other instances are up, such an error must not open the circuit that guards the whole service.
 */
export function isInstanceFault(error: unknown): boolean {
  return error instanceof ConnectionError || isRookeryError(error, 'TIMEOUT');
}
