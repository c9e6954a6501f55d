import { grpcStatusOf, type Observation } from '@rookery/common';
import { AnswerTooLargeError } from '../errors/answer-too-large.error.js';
import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { CallLost, MessageTooLarge, StatusReceived } from './channel/call-failure.js';
import { bytesOf, textsOf } from './channel/metadata.js';
import { type PreparedMethod } from './contract/prepared-method.js';
import { type GrpcClientParts } from './grpc-client-parts.js';
import { retryDelayOf, STATUS_DETAILS, statusDetails } from './status-details/status-details.js';

export const STATUS_CODE = 'rpc.grpc.status_code';

/** What a try that failed rejects with. */
export function tryFailure(
  error: unknown,
  { label, retryable }: PreparedMethod,
  { contract, channels }: GrpcClientParts,
  observation: Observation,
): unknown {
  if (error instanceof CallLost) return new ConnectionError(label, error.sent, error.cause);
  if (error instanceof MessageTooLarge) return new AnswerTooLargeError(label, channels.largestAnswer);
  if (!(error instanceof StatusReceived)) return error;
  const { code, details, metadata } = error.status;
  observation.annotate({ [STATUS_CODE]: code });
  const packed = bytesOf(metadata, STATUS_DETAILS);
  const unpacked = packed ? statusDetails(packed, contract.messages) : [];
  return new GrpcStatusError(label, code, {
    details,
    metadata: textsOf(metadata),
    statusDetails: unpacked,
    retryDelayMs: retryDelayOf(unpacked),
    retryable: retryable?.has(grpcStatusOf(code).name) ?? false,
  });
}
