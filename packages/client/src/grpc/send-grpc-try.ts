import { type Metadata } from '@grpc/grpc-js';
import { type Observation } from '@rookery/common';
import { LOAD_HEADER, parseLoad } from '@rookery/discovery';
import { type Attempt } from '@rookery/resilience';
import { type Endpoint } from '../endpoint/endpoint.js';
import { callEndpoint } from './channel/call-endpoint.js';
import { textOf } from './channel/metadata.js';
import { unaryCall } from './channel/unary-call.js';
import { decodeAnswer } from './contract/method.js';
import { type GrpcClientParts } from './grpc-client-parts.js';
import { type GrpcTry } from './grpc-try.js';
import { observeTry } from './observe-try.js';
import { outgoingMetadata } from './outgoing-metadata.js';
import { STATUS_CODE, tryFailure } from './try-failure.js';

/** A call with one message each way. */
export interface UnaryTry extends GrpcTry {
  readonly body: Buffer;
}

/** What a try was answered. The caller's hooks get the metadata of the try that counts, and when it has ended. */
export interface UnaryAnswer {
  readonly message: unknown;
  readonly headers: Metadata | undefined;
  readonly trailers: Metadata | undefined;
}

/** Sends one try to one endpoint and resolves with the decoded answer. */
export function sendGrpcTry(
  parts: GrpcClientParts,
  request: UnaryTry,
  endpoint: Endpoint,
  attempt: Attempt,
): Promise<UnaryAnswer> {
  return observeTry(parts, request.method, endpoint, attempt, (observation) =>
    exchange(parts, request, endpoint, attempt.signal, observation),
  );
}

async function exchange(
  parts: GrpcClientParts,
  request: UnaryTry,
  endpoint: Endpoint,
  signal: AbortSignal,
  observation: Observation,
): Promise<UnaryAnswer> {
  const { method, body } = request;
  let headers: Metadata | undefined;
  let trailers: Metadata | undefined;
  try {
    const start = {
      path: method.definition.path,
      body,
      metadata: outgoingMetadata(request.metadata, endpoint, observation, parts.clock),
      signal,
      onHeaders: (metadata: Metadata) => (headers = metadata),
      onTrailers: (metadata: Metadata) => {
        trailers = metadata;
        endpoint.loaded?.(parseLoad(textOf(metadata, LOAD_HEADER)));
      },
    };
    const answer = await callEndpoint(parts.channels, endpoint, signal, (channel, connected) =>
      unaryCall(channel, start, connected),
    );
    observation.annotate(OK);
    return { message: decodeAnswer(method.label, method.definition, answer), headers, trailers };
  } catch (error) {
    throw tryFailure(error, method, parts, observation);
  }
}

const OK = { [STATUS_CODE]: 0 };
