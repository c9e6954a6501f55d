import { isRookeryError } from '@rookery/common';
import { type AnswerError, isAnswerError } from '../errors/answer-error.js';
import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { OpenFurtherDownError } from '../errors/open-further-down.error.js';

/**
 * Whether another try could succeed and do no harm. A request that surely never arrived may always be tried again; any
 * other only when it is idempotent and the failure looks like one of the moment: no answer, a timeout, or an answer that
 * says so.
 */
export function mayRetry(error: unknown, idempotent: boolean): boolean {
  if (isRookeryError(error, 'NO_INSTANCES')) return true;
  if (error instanceof ConnectionError) return idempotent || !error.sent;
  if (isRookeryError(error, 'TIMEOUT') || error instanceof OpenFurtherDownError) return idempotent;
  return isAnswerError(error) && idempotent && error.passing;
}

/**
 * Whether an error speaks about the one instance that was tried, rather than about the service: it gave no answer.
 * While other instances are up, such an error must not open the circuit that guards the whole service.
 */
export function isInstanceFault(error: unknown): boolean {
  return error instanceof ConnectionError || isRookeryError(error, 'TIMEOUT');
}

/** What a failed try means to the policies: an open circuit further down is told apart from every other answer. */
export function judged(error: unknown, request: string, alternatives: number): unknown {
  const open = isAnswerError(error) && codeBehind(error) === 'CIRCUIT_OPEN';
  return open ? new OpenFurtherDownError(request, error, alternatives) : error;
}

/** The code of the error that the other side answered with, where it is Rookery's. */
function codeBehind(error: AnswerError): unknown {
  if (error instanceof HttpStatusError) return (error.body as { code?: unknown } | null | undefined)?.code;
  return error instanceof GrpcStatusError ? error.metadata['rookery-code'] : undefined;
}
