import { type Answer, UNKNOWN_ERROR } from './answer.js';
import { GRPC_UNKNOWN, grpcStatusOf } from './grpc-status-of.js';

/** What is needed of grpc-js's `Metadata`. */
export interface GrpcMetadata {
  set(key: string, value: string): void;
}

/** An error as grpc-js sends it. */
export interface GrpcStatusObject {
  readonly code: number;
  readonly details: string;
  readonly metadata: GrpcMetadata;
}

/** The trailer that tells the error's code, as the status alone cannot tell an open circuit from a full queue. */
const CODE_TRAILER = 'rookery-code';

/** The trailer that tells a gRPC client how long to wait before it tries again (gRFC A6, "Pushback"). */
const PUSHBACK_TRAILER = 'grpc-retry-pushback-ms';

/** What the value of a trailer may hold; grpc-js throws at anything else, and the client would get no answer at all. */
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * What a gRPC server sends; without an answer, what gRPC says of a handler that threw. 0 is no pushback: a client would
 * take it as an invitation to come back at once.
 */
export function grpcStatus(answer: Answer | undefined, trailers: GrpcMetadata): GrpcStatusObject {
  if (!answer) return { code: GRPC_UNKNOWN, details: UNKNOWN_ERROR, metadata: trailers };
  if (PRINTABLE.test(answer.code)) trailers.set(CODE_TRAILER, answer.code);
  if (answer.retryAfterMs) trailers.set(PUSHBACK_TRAILER, String(answer.retryAfterMs));
  return { code: grpcStatusOf(answer.statusCode), details: answer.message, metadata: trailers };
}
