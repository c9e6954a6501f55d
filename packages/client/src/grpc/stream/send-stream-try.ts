import { type Metadata } from '@grpc/grpc-js';
import { isRookeryError, type Observation } from '@rookery/common';
import { LOAD_HEADER, parseLoad } from '@rookery/discovery';
import { type Attempt, type Commitment } from '@rookery/resilience';
import { type Endpoint } from '../../endpoint/endpoint.js';
import { callEndpoint } from '../channel/call-endpoint.js';
import { textOf } from '../channel/metadata.js';
import { decodeAnswer } from '../contract/method.js';
import { type GrpcClientParts } from '../grpc-client-parts.js';
import { type GrpcTry } from '../grpc-try.js';
import { observeTry } from '../observe-try.js';
import { outgoingMetadata } from '../outgoing-metadata.js';
import { STATUS_CODE, tryFailure } from '../try-failure.js';
import { exchangeStream } from './exchange-stream.js';
import { type Mailbox } from './mailbox.js';
import { OwnSideFailed } from './own-side-failed.js';
import { type SendRequests } from './send-requests.js';

/** A call that streams, in one direction or in both. */
export interface StreamTry extends GrpcTry {
  readonly send: SendRequests;
  readonly mailbox: Mailbox<unknown>;
  /** Made when the call can no longer be repeated. */
  readonly commitment: Commitment;
}

/** Sends one try to one endpoint, and resolves when its stream has ended well or its reader has left. */
export function sendStreamTry(
  parts: GrpcClientParts,
  request: StreamTry,
  endpoint: Endpoint,
  attempt: Attempt,
): Promise<void> {
  return observeTry(parts, request.method, endpoint, attempt, (observation) =>
    exchange(parts, request, endpoint, attempt.signal, observation),
  );
}

async function exchange(
  parts: GrpcClientParts,
  request: StreamTry,
  endpoint: Endpoint,
  signal: AbortSignal,
  observation: Observation,
): Promise<void> {
  const { method, commitment } = request;
  const answered = () => {
    endpoint.answered?.();
    commitment.make();
  };
  let trailers: Metadata | undefined;
  const start = {
    path: method.definition.path,
    metadata: outgoingMetadata(request.metadata, endpoint, observation, parts.clock),
    signal,
    // gRPC takes the initial metadata for the answer, from which on a call is not repeated (gRFC A6).
    onHeaders: (metadata: Metadata) => {
      answered();
      ofOwnSide(() => request.onHeader?.(metadata));
    },
    onTrailers: (metadata: Metadata) => {
      trailers = metadata;
      endpoint.loaded?.(parseLoad(textOf(metadata, LOAD_HEADER)));
    },
  };
  const traffic = {
    send: request.send,
    mailbox: request.mailbox,
    decode: (message: Buffer) => decodeAnswer(method.label, method.definition, message),
    onMessage: answered,
    single: !method.definition.responseStream,
  };
  try {
    await callEndpoint(parts.channels, endpoint, signal, exchangeStream(start, traffic));
    observation.annotate({ [STATUS_CODE]: 0 });
    const ending = trailers;
    if (ending) ofOwnSide(() => request.onTrailer?.(ending));
  } catch (error) {
    if (isOurOwn(error, commitment)) endpoint.done('ignored');
    throw tryFailure(error, method, parts, observation);
  }
}

/** What the caller's hook throws is told to nobody but the caller. */
function ofOwnSide(hook: () => void): void {
  try {
    hook();
  } catch (error) {
    throw new OwnSideFailed(error);
  }
}

/** A stream that was answered and then ended by its time, or by its caller's own mistake, says nothing against the instance. */
function isOurOwn(error: unknown, { made }: Commitment): boolean {
  return error instanceof OwnSideFailed || (made && isRookeryError(error, 'TIMEOUT'));
}
