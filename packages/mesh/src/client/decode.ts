import { MeshResponseError } from '../errors/mesh-response.error.js';
import { MeshStatusError } from '../errors/mesh-status.error.js';
import { type MeshResponse } from '../transport/mesh-transport.js';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/**
 * The result that an answer holds: decoded when it is JSON, text otherwise, `undefined` when it is empty. Throws a
 * `MeshStatusError` unless the status is 2xx, as nothing else is a result.
 */
export function resultOf(request: string, response: MeshResponse): unknown {
  const { status, body } = response;
  if (status >= 200 && status < 300) return decode(request, response);
  let decoded: unknown = body;
  try {
    decoded = decode(request, response);
  } catch {
    // A broken body must not hide what its status says.
  }
  throw new MeshStatusError(request, status, decoded);
}

function decode(request: string, { contentType, body }: MeshResponse): unknown {
  if (body === '') return undefined;
  if (!JSON_TYPE.test(contentType)) return body;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new MeshResponseError(request, 'not JSON', error);
  }
}
