import { headerProblem, type Headers, isIdempotent, lowerCased } from '@rookery/common';
import { type AnswerOptions, checkRequestOptions } from './answer-options.js';
import { type ClientParts } from './client-parts.js';
import { type Expected, expectedOf } from './expected.js';
import { type BodyOptions, type HttpMethod } from './http-request.js';
import { idempotencyHeader } from './idempotency-key.js';
import { type Progress } from './progress.js';
import { bodiesOf, requestBody, type RequestBody } from './request-body.js';
import { requestPath } from './request-url.js';

/** A request that is ready to be sent, once or several times. */
export interface HttpTry {
  readonly method: HttpMethod;
  /** The path as the caller wrote it, with its `:names`: it has few values, so it can name spans. */
  readonly template: string;
  /** The path as it is sent. */
  readonly path: string;
  /** How messages name the request. */
  readonly label: string;
  /** What is said beside the headers of the client, and wins over them. */
  readonly headers: Headers;
  /** The body of the next try. */
  readonly body: () => RequestBody;
  /** Whether it may be executed twice, and can be. */
  readonly idempotent: boolean;
  /** What it knows about its answers. */
  readonly expected: Expected;
  readonly maxResponseSize: number | undefined;
  readonly onDownloadProgress: ((progress: Progress) => void) | undefined;
}

/** Makes a request of what a caller says. Throws a `TypeError` for what cannot be sent. */
export function httpTry(
  { service, kinds }: ClientParts,
  method: HttpMethod,
  template: string,
  { body: value, ...options }: BodyOptions & AnswerOptions,
): HttpTry {
  checkRequestOptions(options);
  const headers = headersOf(options);
  const body = requestBody(value, headers['content-type']);
  const keyed = options.idempotencyKey !== undefined;
  return {
    method,
    template,
    path: requestPath(template, options),
    label: `${method} ${service}${template}`,
    headers,
    body: bodiesOf(body, options.onUploadProgress),
    idempotent: (options.idempotent ?? (keyed || isIdempotent(method))) && body.repeatable,
    expected: expectedOf(options, kinds, keyed),
    maxResponseSize: options.maxResponseSize,
    onDownloadProgress: options.onDownloadProgress,
  };
}

const NO_HEADERS: Headers = Object.freeze({});
const ANY_TYPE: Headers = Object.freeze({ accept: '*/*' });

/** What a call says in headers, by their names or by options that stand for some. */
function headersOf({ headers, idempotencyKey, responseType }: AnswerOptions): Headers {
  const said = headers ? checkedHeaders(headers) : NO_HEADERS;
  if (idempotencyKey === undefined && responseType !== 'text') return said;
  return {
    ...(responseType === 'text' && ANY_TYPE),
    ...said,
    ...idempotencyHeader(idempotencyKey, said),
  };
}

/** A header that cannot be sent is the caller's mistake, and must not look like a failure of the service. */
function checkedHeaders(headers: Headers): Headers {
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem) throw new TypeError(`headers.${name}: ${problem}`);
  }
  return lowerCased(headers);
}
