import { type IncomingMessage } from 'node:http';
import { LARGEST_ANSWER } from '@rookery/common';
import { type MeshResponse } from './mesh-transport.js';
import { TransportFailure } from './transport-failure.js';

/** The whole answer. Rejects when it is cut off, or is larger than 10 MiB. */
export async function readAnswer(response: IncomingMessage): Promise<MeshResponse> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop destroys the response, and with it the connection, on which the rest would still arrive.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_ANSWER) {
      throw new TransportFailure('too large', new Error(`larger than ${LARGEST_ANSWER} bytes`));
    }
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    headers: response.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
