import { type Attributes } from '@opentelemetry/api';
import { type IncomingMessage } from 'node:http';
import { ATTRIBUTES } from '../attributes.js';
import { redactQuery } from './redact-query.js';

const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'QUERY',
]);

/** The method for attributes and names; what is not in the standards is one value, so that nobody can make up many. */
export function knownMethod(method: string | undefined): string {
  return method && METHODS.has(method) ? method : '_OTHER';
}

/** The path of a request and its query, each without the question mark. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** What is known about a request when it arrives. */
export function requestAttributes(request: IncomingMessage, clientAddress: string | undefined): Attributes {
  const method = knownMethod(request.method);
  const { path, query } = splitTarget(request.url ?? '/');
  const peer = request.socket.remoteAddress;
  return withoutGaps({
    [ATTRIBUTES.httpMethod]: method,
    [ATTRIBUTES.httpMethodOriginal]: method === '_OTHER' ? request.method : undefined,
    [ATTRIBUTES.urlScheme]: 'encrypted' in request.socket && request.socket.encrypted ? 'https' : 'http',
    [ATTRIBUTES.urlPath]: path,
    [ATTRIBUTES.urlQuery]: query ? redactQuery(query) : undefined,
    ...serverAttributes(request.headers.host),
    [ATTRIBUTES.clientAddress]: clientAddress ?? peer,
    [ATTRIBUTES.peerAddress]: peer,
    [ATTRIBUTES.protocolVersion]: request.httpVersion,
    [ATTRIBUTES.userAgent]: request.headers['user-agent'],
  });
}

function serverAttributes(host: string | undefined): Attributes {
  const [, name, port] = /^(\[.*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host ?? '') ?? [];
  return {
    [ATTRIBUTES.serverAddress]: name || undefined,
    [ATTRIBUTES.serverPort]: port ? Number(port) : undefined,
  };
}

function withoutGaps(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
