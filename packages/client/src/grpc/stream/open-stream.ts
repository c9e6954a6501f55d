import { runInContext } from '@rookery/common';
import { Commitment } from '@rookery/resilience';
import { executeCall } from '../../execute/execute-call.js';
import { mayRetryMethod } from '../may-retry-method.js';
import { type GrpcCallOptions } from '../grpc-call.options.js';
import { type GrpcClientParts } from '../grpc-client-parts.js';
import { type GrpcTry } from '../grpc-try.js';
import { GrpcStream } from './grpc-stream.js';
import { Mailbox } from './mailbox.js';
import { OwnSideFailed } from './own-side-failed.js';
import { type SendRequests } from './send-requests.js';
import { sendStreamTry } from './send-stream-try.js';
import { StreamLimit } from './stream-limit.js';

/** What a stream is opened with. */
export interface StreamRequest extends GrpcTry {
  /** @param begin To be called before anything is taken that cannot be taken twice. */
  readonly sendWith: (begin: () => void) => SendRequests;
  readonly options: GrpcCallOptions;
}

const LEFT = new Error('The reader has left the stream.');

/** The messages of a call that starts when the first one is asked for. */
export function openStream(parts: GrpcClientParts, request: StreamRequest): GrpcStream<unknown> {
  let limit: StreamLimit | undefined;
  const run = async (mailbox: Mailbox<unknown>) => {
    limit = limitOf(parts, request);
    try {
      await execute(parts, request, mailbox, limit);
    } catch (error) {
      if (error !== LEFT) throw error instanceof OwnSideFailed ? error.cause : error;
    } finally {
      limit.release();
    }
  };
  return new GrpcStream({ mailbox: new Mailbox(), run, abandon: () => limit?.abort(LEFT) });
}

function limitOf(
  { clock }: GrpcClientParts,
  { method: { pipeline, timeoutMs = Infinity }, options: { timeout, signal } }: StreamRequest,
): StreamLimit {
  return new StreamLimit(clock, pipeline.name, { timeout, atMostMs: timeoutMs, signal });
}

function execute(
  parts: GrpcClientParts,
  { sendWith, options, ...request }: StreamRequest,
  mailbox: Mailbox<unknown>,
  { deadline, signal }: StreamLimit,
): Promise<void> {
  const { method } = request;
  const commitment = new Commitment();
  const ready = { ...request, mailbox, commitment, send: sendWith(() => commitment.make()) };
  const context = { signal, ...(deadline < Infinity && { deadline }) };
  return runInContext(context, () =>
    executeCall(
      { endpoints: parts.endpoints, pipeline: method.pipeline },
      {
        label: method.label,
        idempotent: options.idempotent ?? method.idempotent,
        signal,
        commitment,
        balancing: options.balancing,
        mayRetry: mayRetryMethod(method),
        send: (endpoint, attempt) => sendStreamTry(parts, ready, endpoint, attempt),
      },
    ),
  );
}
