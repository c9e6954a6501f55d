import {
  type Headers,
  isAsyncIterable,
  type Observation,
  outgoingTimeout,
  TIMEOUT_HEADER,
} from '@rookery/common';
import { askLoad } from '../endpoint/ask-load.js';
import { ownBody } from './own-body.js';
import { type RequestBody } from './request-body.js';
import { type Sending } from './send-try.js';
import { type WireRequest } from './transport.js';

/** What every request says unless somebody says otherwise. */
const BASE = { accept: 'application/json', 'accept-encoding': 'gzip, deflate, br, zstd' };

/** What goes on the wire for one try. */
export function wireRequest(sending: Sending, { outgoing }: Observation): WireRequest {
  const { parts, request, endpoint, signal } = sending;
  const body = request.body();
  return {
    label: request.label,
    method: request.method,
    baseUrl: endpoint.baseUrl,
    path: request.path,
    headers: headersOf(sending, body, outgoing),
    body: bodyOf(body, request.label),
    signal,
    lookup: endpoint.lookup,
    repeatable: request.idempotent && body.repeatable,
    maxResponseSize: request.maxResponseSize ?? parts.maxResponseSize,
    onDownloadProgress: request.onDownloadProgress,
  };
}

/** A form has become bytes here. */
function bodyOf({ body }: RequestBody, label: string): WireRequest['body'] {
  const sent = body as WireRequest['body'];
  return typeof sent === 'object' && isAsyncIterable(sent)
    ? ownBody(sent as AsyncIterable<Uint8Array | string>, label)
    : sent;
}

/**
 * From the weakest to the strongest: ours, the body's, the trace's, the client's, the caller's, and the time that is left:
 * whoever passes on the headers of a request that came in would tell what was left when it came.
 */
function headersOf(
  { parts, request, endpoint }: Sending,
  { contentType, length }: RequestBody,
  outgoing: Headers,
): Headers {
  const timeout = outgoingTimeout(parts.clock);
  return {
    ...BASE,
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(length !== undefined && { 'content-length': String(length) }),
    ...askLoad(endpoint),
    ...outgoing,
    ...parts.headers,
    ...request.headers,
    ...(timeout !== undefined && { [TIMEOUT_HEADER]: timeout }),
  };
}
