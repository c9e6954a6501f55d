import { isIdempotent } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { meshTarget } from '../target/mesh-target.js';
import { type MeshTransport, type MeshVerb } from '../transport/mesh-transport.js';
import { Tries } from '../transport/tries.js';
import { exchange, type HttpExchange } from './exchange.js';
import { callHeaders, type MeshCallOptions } from './mesh-call.js';
import { type MeshParts } from './mesh-parts.js';
import { type PreparedCall } from './prepared-call.js';

const VERBS: ReadonlySet<string> = new Set<MeshVerb>(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Checks a call over HTTP and encodes its data. Throws an `InvalidCallError` when it cannot be sent as asked. */
export function prepareHttpCall(
  parts: MeshParts,
  transport: MeshTransport,
  service: string,
  method: string,
  data: unknown,
  { verb = 'POST', headers, idempotent = isIdempotent(verb) }: MeshCallOptions,
): PreparedCall {
  const target = meshTarget(service, method, parts.authorityOf);
  if (!VERBS.has(verb)) throw new InvalidCallError('verb', `Use ${[...VERBS].join(', ')}.`);
  const tries = new Tries();
  const body = data === undefined ? undefined : encodeData(data, verb);
  const label = `${verb} ${service}/${method}`;
  const call: HttpExchange = {
    ...target,
    service,
    verb,
    label,
    headers: callHeaders(headers),
    ...(body !== undefined && { body }),
    tries,
  };
  return {
    service,
    label,
    idempotent,
    observed: {
      kind: 'client',
      name: `${verb} ${service}`,
      attributes: {
        'http.request.method': verb,
        'url.full': `http://${target.authority}${target.path}`,
        'peer.service': service,
      },
    },
    send: (signal, observation) => exchange(parts, transport, call, signal, observation),
    untried: () => tries.untried,
  };
}

/** A GET or DELETE with a body has no meaning that all of HTTP agrees on (RFC 9110, sections 9.3.1 and 9.3.5). */
function encodeData(data: unknown, verb: MeshVerb): string {
  if (verb === 'GET' || verb === 'DELETE') {
    throw new InvalidCallError('data', `A ${verb} carries none. Use POST, PUT or PATCH, or leave it out.`);
  }
  let body: string | undefined;
  try {
    body = JSON.stringify(data);
  } catch (cause) {
    throw new InvalidCallError('data', 'It cannot be written as JSON.', { cause });
  }
  if (body === undefined) throw new InvalidCallError('data', `A ${typeof data} cannot be written as JSON.`);
  return body;
}
