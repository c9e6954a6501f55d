import { decodeBody, decodeErrorBody, fitForeign, parseForeignJson, type Schema } from '@rookery/common';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { type ResponseType } from './answer-options.js';
import { type Expected } from './expected.js';
import { headerOf, type WireHead, type WireResponse } from './transport.js';

/**
 * The body of a good answer as the value that the caller asked for. Throws an `InvalidResponseError` when it is broken, or
 * does not fit its schema.
 */
export function resultOf({ label, expected }: Asked, response: WireResponse): unknown {
  const value = decoded(label, response, expected.responseType);
  return expected.schema ? fitting(label, value, expected.schema) : value;
}

/** What is needed of the request. */
interface Asked {
  readonly label: string;
  readonly expected: Expected;
}

function decoded(request: string, response: WireResponse, responseType: ResponseType | undefined): unknown {
  if (responseType === 'text') return response.body;
  try {
    if (responseType === undefined)
      return decodeBody({ contentType: contentTypeOf(response), body: response.body });
    return response.body === '' ? undefined : parseForeignJson(response.body);
  } catch (error) {
    throw new InvalidResponseError(request, error);
  }
}

async function fitting(request: string, value: unknown, schema: Schema): Promise<unknown> {
  const result = await fitForeign(schema, value);
  if (result.issues) throw new InvalidResponseError(request, result.cause, 'its schema', result.issues);
  return result.value;
}

/** What an answer says it is; an empty text when it does not. */
export function contentTypeOf(head: WireHead): string {
  return headerOf(head, 'content-type') ?? '';
}

/** The body of an error as a value; as text when it is broken, which must not hide the error itself. */
export function errorBodyOf(response: WireResponse): unknown {
  return decodeErrorBody({ contentType: contentTypeOf(response), body: response.body });
}
