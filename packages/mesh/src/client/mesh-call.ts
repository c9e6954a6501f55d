import { type Duration, headerProblem, type Headers, lowerCased } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';

import { type AuthorityOf } from '../target/authority.js';
import { type MeshTarget, meshTarget } from '../target/mesh-target.js';
import { type MeshVerb } from '../transport/mesh-transport.js';

/** What a single call may say beyond its service, method and data. */
export interface MeshCallOptions {
  /** How long the caller waits for the answer, the mesh's retries included. Default: the module's `timeout`. */
  timeout?: Duration;
  /** Headers sent with the call. */
  headers?: Headers;
  /** Ends the call when it aborts. Default: the signal of the call that is running, if any. */
  signal?: AbortSignal;
  /** The HTTP method. Default `'POST'`. */
  verb?: MeshVerb;
}

/** A call that is ready to be sent. */
export interface MeshCall extends MeshTarget {
  readonly service: string;
  readonly method: string;
  readonly verb: MeshVerb;
  /** How messages name the call, such as `POST user-service/find`. */
  readonly label: string;
  readonly headers: Headers;
  readonly body?: string;
}

const VERBS: ReadonlySet<string> = new Set<MeshVerb>(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Checks a call and encodes what goes on the wire. Throws an `InvalidCallError` when it cannot be sent as asked. */
export function prepareCall(
  service: string,
  method: string,
  data: unknown,
  { verb = 'POST', headers = {} }: MeshCallOptions,
  authorityOf: AuthorityOf,
): MeshCall {
  const target = meshTarget(service, method, authorityOf);
  if (!VERBS.has(verb)) throw new InvalidCallError('verb', `Use ${[...VERBS].join(', ')}.`);
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem) throw new InvalidCallError('headers', `${JSON.stringify(name.slice(0, 60))}: ${problem}`);
  }
  const body = data === undefined ? undefined : encodeData(data, verb);
  return {
    ...target,
    service,
    method,
    verb,
    label: `${verb} ${service}/${method}`,
    headers: lowerCased(headers),
    ...(body !== undefined && { body }),
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
