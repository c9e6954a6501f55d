import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { type WireResponse } from './transport.js';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;

/** The body as a value: decoded when it is JSON, text otherwise, `undefined` when there is none. */
export function decodeBody(request: string, { contentType, body }: WireResponse): unknown {
  if (body === '') return undefined;
  if (!JSON_TYPE.test(contentType)) return body;
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new InvalidResponseError(request, error);
  }
}

/** The same for the body of an error, which must not hide the error itself when it is broken. */
export function decodeErrorBody(request: string, response: WireResponse): unknown {
  try {
    return decodeBody(request, response);
  } catch {
    return response.body;
  }
}
