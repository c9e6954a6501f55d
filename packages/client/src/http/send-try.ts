import { decodeErrorBody, type Observation, parseRetryAfter } from '@rookery/common';
import { type Endpoint } from '../endpoint/endpoint.js';
import { AnswerTooLargeError } from '../errors/answer-too-large.error.js';
import { ConnectionError } from '../errors/connection.error.js';
import { HttpStatusError } from '../errors/http-status.error.js';
import { type ClientParts } from './client-parts.js';
import { resultOf } from './decode.js';
import { type HttpMethod } from './http-request.js';
import { AnswerTooLarge, TransportFailure, type WireResponse } from './transport.js';

/** A request that is ready to be sent, once or several times. */
export interface HttpTry {
  readonly method: HttpMethod;
  /** The path as the caller wrote it, with its `:names`: it has few values, so it can name spans. */
  readonly template: string;
  /** The path as it is sent. */
  readonly path: string;
  /** How messages name the request. */
  readonly label: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends one try to one endpoint and resolves with the decoded body. */
export function sendTry(
  parts: ClientParts,
  request: HttpTry,
  endpoint: Endpoint,
  signal: AbortSignal,
  number: number,
): Promise<unknown> {
  return parts.observer.observe(
    {
      kind: 'client',
      name: `${request.method} ${request.template}`,
      attributes: {
        'http.request.method': request.method,
        'url.template': request.template,
        // Without the query, which may hold what is nobody's business.
        'url.full': `${endpoint.baseUrl}${request.path.replace(/\?.*/s, '')}`,
        'peer.service': parts.service,
        ...(number > 1 && { 'http.request.resend_count': number - 1 }),
      },
    },
    (observation) => exchange(parts, request, endpoint, signal, observation),
  );
}

async function exchange(
  { transport, clock }: ClientParts,
  request: HttpTry,
  endpoint: Endpoint,
  signal: AbortSignal,
  observation: Observation,
): Promise<unknown> {
  const response = await send(transport, request, endpoint, signal, observation);
  observation.annotate({ 'http.response.status_code': response.status });
  // Redirects are not followed, so an answer that is one holds nothing to go on with.
  if (response.status < 300) return resultOf(request.label, response);
  throw new HttpStatusError(
    request.label,
    response.status,
    decodeErrorBody(response),
    parseRetryAfter(response.retryAfter, clock),
  );
}

async function send(
  transport: ClientParts['transport'],
  { label, method, path, headers, body }: HttpTry,
  { baseUrl }: Endpoint,
  signal: AbortSignal,
  { outgoing }: Observation,
): Promise<WireResponse> {
  try {
    return await transport({
      method,
      url: `${baseUrl}${path}`,
      headers: { accept: 'application/json', ...(body !== undefined && JSON_BODY), ...outgoing, ...headers },
      ...(body !== undefined && { body }),
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof AnswerTooLarge) throw new AnswerTooLargeError(label);
    throw error instanceof TransportFailure ? new ConnectionError(label, error.sent, error.cause) : error;
  }
}

const JSON_BODY = { 'content-type': 'application/json' };
