import { type RequestOptions, request as httpRequest } from 'node:http';
import { type MeshRequest, type MeshResponse } from './mesh-transport.js';
import { readAnswer } from './read-answer.js';
import { failureOf } from './transport-failure.js';

/**
 * How long a connection is kept without use, in milliseconds: less than any server does, Node's own with its 5 s
 * included, so that a request never meets a connection that the other side is just closing.
 */
export const IDLE_MS = 4_000;

/** Where a request goes, and over whose connections. */
export interface Connection extends Pick<RequestOptions, 'host' | 'port' | 'agent' | 'protocol' | 'lookup'> {
  /** The name that a TLS server is asked for and has to prove. */
  readonly servername?: string;
}

/**
 * Sends a request over a connection of an agent. Rejects with a `TransportFailure` when there is no usable answer,
 * whose cause is the agent's own error when that made no connection.
 */
export function sendOver(
  connection: Connection,
  { authority, verb, path, headers, body, signal }: MeshRequest,
): Promise<MeshResponse> {
  const exchange = new Promise<MeshResponse>((resolve, reject) => {
    const request = httpRequest({
      ...connection,
      method: verb,
      path,
      headers: { ...headers, host: authority },
      signal,
    });
    request.once('response', (response) => void readAnswer(response).then(resolve, reject));
    // It stays: a request can fail again while it is being torn down, and an error that nobody hears ends the process.
    request.on('error', reject);
    request.end(body);
  });
  return exchange.catch((error: unknown) => {
    throw failureOf(error);
  });
}
