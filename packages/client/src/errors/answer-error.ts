import { isProblem } from '@rookery/common';
import { AnswerTooLargeError } from './answer-too-large.error.js';
import { GrpcStatusError } from './grpc-status.error.js';
import { HttpStatusError } from './http-status.error.js';
import { IdempotencyKeyReusedError } from './idempotency-key-reused.error.js';
import { RpcAnswerError } from './rpc-answer.error.js';
import { StillInFlightError } from './still-in-flight.error.js';

const KINDS = [
  HttpStatusError,
  GrpcStatusError,
  RpcAnswerError,
  AnswerTooLargeError,
  StillInFlightError,
  IdempotencyKeyReusedError,
];

/** An answer that ends the call as failed, in any protocol. */
export type AnswerError = InstanceType<(typeof KINDS)[number]>;

/** The answer of the other side when it was reached and said no; of a problem the answer that told it. */
export function answerBehind(error: unknown): AnswerError | undefined {
  const answer = isProblem(error) ? error.cause : error;
  return KINDS.some((kind) => answer instanceof kind) ? (answer as AnswerError) : undefined;
}
