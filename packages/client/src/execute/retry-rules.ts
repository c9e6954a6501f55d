import { isRookeryError, isTimeout } from '@rookery/common';
import { type AnswerError, answerBehind } from '../errors/answer-error.js';
import { AnswerTooLargeError } from '../errors/answer-too-large.error.js';
import { BrokerConnectionError } from '../errors/broker-connection.error.js';
import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { OpenFurtherDownError } from '../errors/open-further-down.error.js';
import { RpcAnswerError } from '../errors/rpc-answer.error.js';
import { StillInFlightError } from '../errors/still-in-flight.error.js';
import { UnsendableMessageError } from '../errors/unsendable-message.error.js';

/**
 * Whether another try could succeed and do no harm. A request that surely never arrived may always be tried again; any
 * other only when it is idempotent and the failure looks like one of the moment: no answer, a timeout, or an answer that
 * says so.
 */
export function mayRetry(error: unknown, idempotent: boolean): boolean {
  if (isNobodyThere(error)) return true;
  if (error instanceof ConnectionError) return idempotent || !error.sent;
  if (isRookeryError(error, 'TIMEOUT') || error instanceof OpenFurtherDownError) return idempotent;
  return idempotent && answerBehind(error)?.passing === true;
}

/** Whether there was no instance that the call could go to, so that nobody was asked anything. */
export function isNobodyThere(error: unknown): boolean {
  return isRookeryError(error, 'NO_INSTANCES');
}

const SAYS_NOTHING_ILL = [
  OpenFurtherDownError,
  StillInFlightError,
  BrokerConnectionError,
  AnswerTooLargeError,
  UnsendableMessageError,
];

/**
 * Whether an error speaks about the service, whose circuit it may open. That one instance gave no answer does not, while
 * others are up; that a circuit further down is open is counted there. Nor does it that nobody is there: nothing was sent,
 * it is told at once without a circuit, and one that opened would keep calls away from those who have come by then. An
 * answer that does not fit the caller's schema shows a disagreement of versions: the service works, and the calls of others
 * that do understand it must go on. So does one that is still busy with an earlier try. One
 * that is larger than the caller reads shows how much was asked for, and what cannot be sent shows nothing of anybody else.
 *
 * @param answered Whether the answer had begun before.
 */
export function speaksOfService(error: unknown, hadAlternatives: boolean, answered = false): boolean {
  if (isNobodyThere(error) || SAYS_NOTHING_ILL.some((kind) => error instanceof kind)) return false;
  if (error instanceof InvalidResponseError && error.misfit) return false;
  // A stream that was answered has ended by the time that its caller had.
  if (answered && isTimeout(error)) return false;
  // It may be worth another try, and is a mistake of the request nevertheless, as with ABORTED.
  if (error instanceof GrpcStatusError && error.status < 500 && !error.instanceFailed) return false;
  const silent = error instanceof ConnectionError || isTimeout(error);
  return !(silent && hadAlternatives);
}

/** What a failed try means to the policies: an open circuit further down is told apart from every other answer. */
export function judged(error: unknown, request: string, alternatives: number): unknown {
  const answer = answerBehind(error);
  const open = answer !== undefined && codeBehind(answer) === 'CIRCUIT_OPEN';
  return open ? new OpenFurtherDownError(request, answer, alternatives) : error;
}

/** The code of the error that the other side answered with, where it is Rookery's. */
function codeBehind(error: AnswerError): unknown {
  if (error instanceof HttpStatusError) return (error.body as { code?: unknown } | null | undefined)?.code;
  if (error instanceof RpcAnswerError) return Object(error.payload).code as unknown;
  return error instanceof GrpcStatusError ? error.metadata['rookery-code'] : undefined;
}
