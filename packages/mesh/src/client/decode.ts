import { decodeBody, decodeErrorBody } from '@rookery/common';
import { MeshResponseError } from '../errors/mesh-response.error.js';
import { MeshStatusError } from '../errors/mesh-status.error.js';
import { type MeshResponse } from '../transport/mesh-transport.js';

/**
 * The result that an answer holds: decoded when it is JSON, text otherwise, `undefined` when it is empty. Throws a
 * `MeshStatusError` unless the status is 2xx, as nothing else is a result.
 */
export function resultOf(request: string, response: MeshResponse): unknown {
  const { status } = response;
  if (status < 200 || status >= 300) throw new MeshStatusError(request, status, decodeErrorBody(response));
  try {
    return decodeBody(response);
  } catch (error) {
    throw new MeshResponseError(request, 'not JSON', error);
  }
}
