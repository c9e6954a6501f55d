import { type Observation, remainingTime } from '@rookery/common';
import { type Attempt } from '@rookery/resilience';
import { type Endpoint } from '../endpoint/endpoint.js';
import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { addressOf } from './channel/address.js';
import { callEndpoint } from './channel/call-endpoint.js';
import { CallLost, StatusReceived } from './channel/call-failure.js';
import { grpcTimeout } from './channel/grpc-timeout.js';
import { type GrpcMetadata, textsOf, toMetadata } from './channel/metadata.js';
import { type ContractMethod } from './contract/contract.js';
import { decodeAnswer } from './contract/unary-method.js';
import { type GrpcClientParts } from './grpc-client-parts.js';

/** A call that is ready to be sent, once or several times. */
export interface GrpcTry {
  readonly method: ContractMethod;
  /** The method with its package and service, without a slash in front: it names spans. */
  readonly name: string;
  /** How messages name the call. */
  readonly label: string;
  readonly body: Buffer;
  readonly metadata: GrpcMetadata;
}

/** Sends one try to one endpoint and resolves with the decoded answer. */
export function sendGrpcTry(
  parts: GrpcClientParts,
  request: GrpcTry,
  endpoint: Endpoint,
  { signal, number }: Attempt,
): Promise<unknown> {
  const [service = '', method = ''] = request.name.split('/');
  const { host, port } = addressOf(endpoint.baseUrl);
  return parts.observer.observe(
    {
      kind: 'client',
      name: request.name,
      attributes: {
        'rpc.system': 'grpc',
        'rpc.service': service,
        'rpc.method': method,
        'server.address': host,
        'server.port': port,
        'peer.service': parts.service,
        ...(number > 1 && { 'rpc.resend_count': number - 1 }),
      },
    },
    (observation) => exchange(parts, request, endpoint, signal, observation),
  );
}

async function exchange(
  { channels, clock }: GrpcClientParts,
  { method, label, body, metadata }: GrpcTry,
  endpoint: Endpoint,
  signal: AbortSignal,
  observation: Observation,
): Promise<unknown> {
  // The time left is sent as a header and not kept by grpc-js as well: its timer would now and then win over the
  // policy's, and the same cause would have two errors.
  const timeout = { 'grpc-timeout': grpcTimeout(remainingTime(clock)) };
  try {
    const answer = await callEndpoint(channels, endpoint, {
      path: method.path,
      body,
      metadata: toMetadata({ ...observation.outgoing, ...metadata, ...timeout }),
      signal,
    });
    observation.annotate({ [STATUS_CODE]: 0 });
    return decodeAnswer(label, method, answer);
  } catch (error) {
    if (error instanceof CallLost) throw new ConnectionError(label, error.sent, error.cause);
    if (!(error instanceof StatusReceived)) throw error;
    const { code, details, metadata: trailers } = error.status;
    observation.annotate({ [STATUS_CODE]: code });
    throw new GrpcStatusError(label, code, { details, metadata: textsOf(trailers) });
  }
}

const STATUS_CODE = 'rpc.grpc.status_code';
