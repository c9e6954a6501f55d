import {
  type Clock,
  type Headers,
  isRookeryError,
  type Observation,
  outgoingTimeout,
  TIMEOUT_HEADER,
} from '@rookery/common';
import { MeshResponseError } from '../errors/mesh-response.error.js';
import { MeshUnavailableError } from '../errors/mesh-unavailable.error.js';
import { takenAlong } from '../headers/received-headers.js';
import { type MeshRequest, type MeshTransport } from '../transport/mesh-transport.js';
import { TransportFailure } from '../transport/transport-failure.js';
import { resultOf } from './decode.js';
import { type MeshParts } from './mesh-parts.js';

/** A call over HTTP, whatever its try. */
export interface HttpExchange extends Omit<MeshRequest, 'signal'> {
  /** How messages name it. */
  readonly label: string;
}

/** Sends a call once and resolves with its result. */
export async function exchange(
  parts: MeshParts,
  transport: MeshTransport,
  { label, ...call }: HttpExchange,
  signal: AbortSignal,
  observation: Observation,
): Promise<unknown> {
  const headers = {
    accept: 'application/json',
    ...(call.body !== undefined && JSON_BODY),
    ...timeLeft(parts.clock),
    ...takenAlong(observation.outgoing),
    ...parts.headers,
    ...call.headers,
  };
  const response = await transport.send({ ...call, headers, signal }).catch((error: unknown) => {
    throw errorOf(label, signal, error, transport.hint);
  });
  observation.annotate({ 'http.response.status_code': response.status });
  return resultOf(label, response, parts.clock);
}

const JSON_BODY: Headers = { 'content-type': 'application/json' };

/**
 * Tells the service how long we wait, so that it does not work on for a caller who has left, and Envoy, so that its
 * retries do not either; the latter strips its header (Envoy, "Router: HTTP headers"). Never 0, which would mean for ever.
 */
function timeLeft(clock: Clock): Headers {
  const left = outgoingTimeout(clock);
  return left === undefined ? {} : { [TIMEOUT_HEADER]: left, 'x-envoy-upstream-rq-timeout-ms': left };
}

/** The error of a try without a usable answer, as its caller sees it. */
export function errorOf(label: string, signal: AbortSignal, error: unknown, hint?: string): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof TransportFailure)) return error;
  if (error.reason === 'too large') return new MeshResponseError(label, 'too large', error.cause);
  // Nobody was called, or the wrong one was found out: that is known better than any connection's error says it.
  if (isRookeryError(error.cause)) return error.cause;
  return new MeshUnavailableError(label, error.reason === 'cut off', error.cause, hint);
}
