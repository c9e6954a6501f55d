import { GrpcStatusError } from './grpc-status.error.js';
import { HttpStatusError } from './http-status.error.js';

/** An answer that says that the call failed, in either protocol. */
export type AnswerError = HttpStatusError | GrpcStatusError;

/** Whether the other side was reached and said no. */
export function isAnswerError(error: unknown): error is AnswerError {
  return error instanceof HttpStatusError || error instanceof GrpcStatusError;
}
