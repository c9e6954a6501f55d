import { messageOf } from '@rookery/common';
import { refusalIn } from './unwrap.js';

/** One request to one endpoint. */
export interface PostRequest {
  readonly endpoint: string;
  readonly path: string;
  readonly body: object;
  /** What proves who asks; empty where the server does not want to know. */
  readonly token: string;
  readonly signal: AbortSignal;
}

/** A refusal is a line; whatever is longer comes from something else than etcd. In bytes. */
const LARGEST_REFUSAL = 65_536;

/** Sends a request; resolves with the chunks of the answer's body. Throws an `EtcdRefusal` when the status is no success. */
export async function post(request: PostRequest): Promise<AsyncIterable<Uint8Array>> {
  const { endpoint, path, body, token, signal } = request;
  const response = await fetch(`${endpoint}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: token }) },
    body: JSON.stringify(body),
    // A redirect would carry the token to somebody else.
    redirect: 'error',
    signal,
  });
  const chunks = response.body ?? nothing();
  if (response.ok) return chunks;
  throw refusalIn(parsed(await readText(chunks, LARGEST_REFUSAL)) || `HTTP status ${response.status}`);
}

/** The whole body as text. Throws as soon as it is larger than `largest` bytes. */
export async function readText(chunks: AsyncIterable<Uint8Array>, largest: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > largest) throw new Error(`it gave an answer of more than ${largest} bytes`);
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString();
}

/** What a connection that failed has to say: `fetch` hides it in the cause of its error. */
export function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (cause !== undefined) return reasonOf(cause);
  return messageOf(error)
    .replace(/[.\s]+$/, '')
    .slice(0, LONGEST_REASON);
}

const LONGEST_REASON = 200;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
