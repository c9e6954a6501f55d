import { type Clock, decodeBody, decodeErrorBody, parseRetryAfter } from '@rookery/common';
import { MeshResponseError } from '../errors/mesh-response.error.js';
import { MeshStatusError } from '../errors/mesh-status.error.js';
import { type MeshResponse } from '../transport/mesh-transport.js';

/**
 * The result that an answer holds: decoded when it is JSON, text otherwise, `undefined` when it is empty. Throws a
 * `MeshStatusError` unless the status is 2xx, as nothing else is a result.
 */
export function resultOf(request: string, response: MeshResponse, clock: Clock): unknown {
  const { status, headers } = response;
  if (status < 200 || status >= 300) {
    const retryAfterMs = parseRetryAfter(headers['retry-after'], clock);
    throw new MeshStatusError(request, status, decodeErrorBody(response), retryAfterMs);
  }
  try {
    return decodeBody(response);
  } catch (error) {
    throw new MeshResponseError(request, 'not JSON', error);
  }
}
