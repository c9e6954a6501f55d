import { type Duration, headerProblem, type Headers, lowerCased } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { type MeshVerb } from '../transport/mesh-transport.js';

/** What a single call may say beyond its service, method and data. */
export interface MeshCallOptions {
  /** How long the caller waits for the answer, retries included. Default: the module's `timeout`. */
  timeout?: Duration;
  /** Headers sent with the call; metadata over gRPC. */
  headers?: Headers;
  /** Ends the call when it aborts. Default: the signal of the call that is running, if any. */
  signal?: AbortSignal;
  /** The HTTP method. Default `'POST'`. It means nothing over gRPC, where it is refused. */
  verb?: MeshVerb;
  /**
   * Whether the call may be executed twice, which makes a retry safe once it has been sent. Used in the mode `direct`;
   * in the others the mesh decides. Default `true` for GET, PUT and DELETE, else `false` (RFC 9110, section 9.2.2).
   */
  idempotent?: boolean;
}

/** The headers of a call with lower-case names. Throws an `InvalidCallError` when one cannot be sent. */
export function callHeaders(headers: Headers = {}): Headers {
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem) throw new InvalidCallError('headers', `${JSON.stringify(name.slice(0, 60))}: ${problem}`);
  }
  return lowerCased(headers);
}
