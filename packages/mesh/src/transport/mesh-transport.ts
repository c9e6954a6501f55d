import { type IncomingHttpHeaders } from 'node:http';
import { type PolicyOptions } from '@rookery/resilience';
import { type Tries } from './tries.js';

/** The HTTP methods that a call can use. */
export type MeshVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request as it is handed to the mesh. */
export interface MeshRequest {
  /** The service, as its caller named it. */
  readonly service: string;
  /** The service, as the mesh knows it. */
  readonly authority: string;
  readonly verb: MeshVerb;
  /** Starts with a slash, encoded. */
  readonly path: string;
  /** Lower-case names; without `host`, which is the authority. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Where earlier tries of the same call went, for a transport that chooses itself. */
  readonly tries: Tries;
}

/** An answer as it came, whatever its status. */
export interface MeshResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** One way into a mesh, over HTTP. */
export interface MeshTransport {
  readonly kind: 'http';
  /** What guards the calls besides their time limit. Default: nothing, as the mesh retries and breaks circuits itself. */
  readonly policies?: PolicyOptions;
  /** What to check when nothing could be sent, for the error's message. Default: nothing. */
  readonly hint?: string;
  /**
   * Sends one request, once. Resolves with any answer, whatever its status; rejects with a
   * `TransportFailure` when none came, also when the signal ended it.
   */
  send(request: MeshRequest): Promise<MeshResponse>;
}
