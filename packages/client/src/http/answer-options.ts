import { inspect } from 'node:util';
import { type Schema } from '@rookery/common';
import { callOptionsCheck } from '../definition/call-options.js';
import { type RequestOptions } from './http-request.js';

/** How the body of an answer becomes a value. */
export type ResponseType = 'json' | 'text';

/** What a single request may say, and what its answer is to be. */
export interface AnswerOptions<T = unknown> extends RequestOptions {
  /**
   * What the answer must fit; the call resolves with what the schema makes of it, and its type is the schema's. Any library
   * that speaks Standard Schema, such as zod 4. An answer that does not fit rejects with an `InvalidResponseError`. It is not
   * tried again and opens no circuit: the service works, and what it says is not what the caller knows. Default: unchecked.
   */
  schema?: Schema<T>;
  /**
   * How the body is read: `'json'` whatever its content type says, `'text'` never decoded. Default: JSON where the content
   * type says so, text otherwise; `undefined` when there is no body.
   */
  responseType?: ResponseType;
}

/** Refuses options that requests do not have, and values that would be found out too late. Throws a `TypeError`. */
export function checkRequestOptions(options: AnswerOptions): void {
  checkNames(options);
  const { maxResponseSize, onUploadProgress, onDownloadProgress } = options;
  if (maxResponseSize !== undefined) checkSize(maxResponseSize);
  if (onUploadProgress !== undefined) checkListener('onUploadProgress', onUploadProgress);
  if (onDownloadProgress !== undefined) checkListener('onDownloadProgress', onDownloadProgress);
}

/** A limit that is no number would limit nothing. */
function checkSize(size: unknown): void {
  if (size === Infinity || (Number.isSafeInteger(size) && (size as number) >= 1)) return;
  throw new TypeError(
    `maxResponseSize: Invalid value ${inspect(size)}. Use a whole number of bytes from 1, or Infinity.`,
  );
}

function checkListener(name: string, listener: unknown): void {
  if (typeof listener !== 'function')
    throw new TypeError(`${name}: Invalid value ${inspect(listener)}. Use a function.`);
}

const checkNames = callOptionsCheck<AnswerOptions>({
  params: true,
  query: true,
  headers: true,
  timeout: true,
  signal: true,
  idempotent: true,
  idempotencyKey: true,
  balancing: true,
  schema: true,
  responseType: true,
  errors: true,
  bodySchema: true,
  maxResponseSize: true,
  onUploadProgress: true,
  onDownloadProgress: true,
});

/** Refuses what makes a value of an answer where it is handed out as it comes. */
export function refuseDecoding({ schema, responseType }: AnswerOptions): void {
  if (schema === undefined && responseType === undefined) return;
  throw new TypeError(
    'stream() does not decode the answer. Leave out schema and responseType, or use request().',
  );
}
