import { decodeBody } from '@rookery/common';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { type WireResponse } from './transport.js';

/** The body of a good answer as a value. Throws an `InvalidResponseError` when it is broken. */
export function resultOf(request: string, response: WireResponse): unknown {
  try {
    return decodeBody(response);
  } catch (error) {
    throw new InvalidResponseError(request, error);
  }
}
