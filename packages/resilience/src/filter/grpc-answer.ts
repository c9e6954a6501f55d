import { type Answer } from './answer.js';
import { type GrpcMetadata } from './grpc-metadata.js';
import { grpcStatusOf } from './grpc-status-of.js';

/** An error as grpc-js sends it. */
export interface GrpcStatusObject {
  readonly code: number;
  readonly details: string;
  readonly metadata: GrpcMetadata;
}

/** The trailer that tells the error's code, as the status alone cannot tell an open circuit from a full queue. */
export const CODE_TRAILER = 'rookery-code';

/** The trailer that tells a gRPC client how long to wait before it tries again (gRFC A6, "Pushback"). */
export const PUSHBACK_TRAILER = 'grpc-retry-pushback-ms';

/** What a gRPC server sends. 0 is no pushback: a client would take it as an invitation to come back at once. */
export function grpcStatus(answer: Answer, metadata: GrpcMetadata): GrpcStatusObject {
  metadata.set(CODE_TRAILER, answer.code);
  if (answer.retryAfterMs) metadata.set(PUSHBACK_TRAILER, String(answer.retryAfterMs));
  return { code: grpcStatusOf(answer.statusCode), details: answer.message, metadata };
}
