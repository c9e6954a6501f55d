import { AnswerTooLargeError } from './answer-too-large.error.js';
import { GrpcStatusError } from './grpc-status.error.js';
import { HttpStatusError } from './http-status.error.js';

/** An answer that ends the call as failed, in either protocol. */
export type AnswerError = HttpStatusError | GrpcStatusError | AnswerTooLargeError;

/** Whether the other side was reached and said no. */
export function isAnswerError(error: unknown): error is AnswerError {
  return [HttpStatusError, GrpcStatusError, AnswerTooLargeError].some((kind) => error instanceof kind);
}
