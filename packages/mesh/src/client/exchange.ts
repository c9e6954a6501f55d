import { type Clock, type Headers, type Observation, remainingTime } from '@rookery/common';
import { MeshResponseError } from '../errors/mesh-response.error.js';
import { MeshUnavailableError } from '../errors/mesh-unavailable.error.js';
import { takenAlong } from '../headers/received-headers.js';
import { TransportFailure } from '../transport/transport-failure.js';
import { resultOf } from './decode.js';
import { type MeshCall } from './mesh-call.js';
import { type MeshParts } from './mesh-parts.js';

/** Sends a call once and resolves with its result. */
export async function exchange(
  parts: MeshParts,
  call: MeshCall,
  signal: AbortSignal,
  observation: Observation,
): Promise<unknown> {
  const { authority, verb, path, body } = call;
  const headers = {
    accept: 'application/json',
    ...(body !== undefined && JSON_BODY),
    ...timeLeft(parts.clock),
    ...takenAlong(observation.outgoing),
    ...parts.headers,
    ...call.headers,
  };
  const request = { authority, verb, path, headers, signal, ...(body !== undefined && { body }) };
  const response = await parts.transport.send(request).catch((error: unknown) => {
    throw errorOf(call.label, signal, error);
  });
  observation.annotate({ 'http.response.status_code': response.status });
  return resultOf(call.label, response);
}

const JSON_BODY: Headers = { 'content-type': 'application/json' };

/**
 * Tells Envoy how long we wait, so that neither its retries nor the service work on for a caller who has left; it tells
 * the service in `x-envoy-expected-rq-timeout-ms` (Envoy, "Router: HTTP headers"). Never 0, which would mean for ever.
 */
function timeLeft(clock: Clock): Headers {
  const left = remainingTime(clock);
  return left === Infinity ? {} : { 'x-envoy-upstream-rq-timeout-ms': String(Math.max(1, Math.ceil(left))) };
}

function errorOf(label: string, signal: AbortSignal, error: unknown): unknown {
  if (signal.aborted) return signal.reason;
  if (!(error instanceof TransportFailure)) return error;
  if (error.reason === 'too large') return new MeshResponseError(label, 'too large', error.cause);
  return new MeshUnavailableError(label, error.reason === 'cut off', error.cause);
}
