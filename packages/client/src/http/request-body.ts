import { Readable } from 'node:stream';
import { isAsyncIterable } from '@rookery/common';
import { inSteps, type Progress, reported } from './progress.js';
import { type WireBody } from './transport.js';

/** A body that is ready to be sent. */
export interface RequestBody {
  readonly body: WireBody | FormData | undefined;
  /** What it is, where the caller does not say it. */
  readonly contentType?: string;
  /** Whether it can be sent again. */
  readonly repeatable: boolean;
  /** Its length in bytes, where it has to be told because it is sent in pieces. */
  readonly length?: number;
}

const NONE: RequestBody = { body: undefined, repeatable: true };
const JSON_TYPE = 'application/json';
const BYTES_TYPE = 'application/octet-stream';

/**
 * What is sent for a value. Streams, bytes, blobs, forms and `URLSearchParams` go as they are; so does a text for which
 * the caller names a content type other than JSON. Anything else is JSON.
 */
export function requestBody(value: unknown, contentType: string | undefined): RequestBody {
  if (value === undefined) return NONE;
  if (typeof value === 'object' && value !== null) return ofObject(value);
  if (typeof value === 'string' && contentType !== undefined && !/\bjson\b/i.test(contentType))
    return { body: value, contentType, repeatable: true };
  return ofJson(value);
}

function ofObject(value: object): RequestBody {
  if (value instanceof URLSearchParams)
    return {
      body: value.toString(),
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      repeatable: true,
    };
  if (value instanceof FormData) return { body: value, repeatable: true };
  if (value instanceof Blob) return { body: value, contentType: value.type || BYTES_TYPE, repeatable: true };
  if (value instanceof ArrayBuffer) return ofBytes(Buffer.from(value));
  if (ArrayBuffer.isView(value))
    return ofBytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  return isAsyncIterable(value) ? ofPieces(value as AsyncIterable<Uint8Array | string>) : ofJson(value);
}

function ofBytes(body: Uint8Array): RequestBody {
  return { body, contentType: BYTES_TYPE, repeatable: true };
}

function ofPieces(body: AsyncIterable<Uint8Array | string>): RequestBody {
  // It can fail before it is read, as a file that is not there. Whoever sends it hears of that when reading it.
  if (body instanceof Readable) body.on('error', () => {});
  return { body, contentType: BYTES_TYPE, repeatable: false };
}

function ofJson(value: unknown): RequestBody {
  return { body: JSON.stringify(value), contentType: JSON_TYPE, repeatable: true };
}

/** Makes the body of each try, which reports how much of it was sent where somebody wants to know. */
export function bodiesOf(
  given: RequestBody,
  report: ((progress: Progress) => void) | undefined,
): () => RequestBody {
  const { body } = given;
  if (body instanceof FormData) return () => ofForm(body, report);
  return report && body !== undefined ? () => inPieces(given, body, report) : () => given;
}

/** A form as bytes, with a boundary that each try chooses anew. */
function ofForm(form: FormData, report: ((progress: Progress) => void) | undefined): RequestBody {
  const { body, headers } = new Response(form);
  const bytes = body as AsyncIterable<Uint8Array>;
  return {
    body: report ? reported(bytes, undefined, report) : bytes,
    contentType: headers.get('content-type') ?? BYTES_TYPE,
    repeatable: false,
  };
}

function inPieces(
  { contentType }: RequestBody,
  body: Exclude<RequestBody['body'], FormData | undefined>,
  report: (progress: Progress) => void,
): RequestBody {
  const type = contentType === undefined ? {} : { contentType };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const length =
    bytes instanceof Uint8Array ? bytes.byteLength : bytes instanceof Blob ? bytes.size : undefined;
  const pieces =
    bytes instanceof Uint8Array ? inSteps(bytes) : bytes instanceof Blob ? bytes.stream() : bytes;
  return {
    body: reported(pieces, length, report),
    ...type,
    ...(length !== undefined && { length }),
    repeatable: false,
  };
}

/** Lets go of a stream that nobody will read any more. */
export function discard(value: unknown): void {
  if (value instanceof Readable) value.destroy();
  else if (value instanceof ReadableStream && !value.locked) value.cancel().catch(() => {});
}
