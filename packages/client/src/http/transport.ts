import { type IncomingHttpHeaders } from 'node:http';
import { type LookupFunction } from 'node:net';
import { type Readable } from 'node:stream';
import { type HttpMethod } from './http-request.js';
import { type Progress } from './progress.js';

/** A body as it is handed to a transport. Streams can be sent once, everything else as often as it takes. */
export type WireBody = string | Uint8Array | Blob | AsyncIterable<Uint8Array | string>;

/** A request as it goes on the wire. */
export interface WireRequest {
  /** How messages name it. */
  readonly label: string;
  readonly method: HttpMethod;
  /** Scheme, host, port and the start of every path, without a slash at the end. */
  readonly baseUrl: string;
  /** What follows the base, with its query. */
  readonly path: string;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: WireBody | undefined;
  readonly signal: AbortSignal;
  /** How the host name is resolved. Unset: as the system does. */
  readonly lookup?: LookupFunction | undefined;
  /** Whether it may arrive twice: then it is sent again when a connection turns out to have died while it was idle. */
  readonly repeatable: boolean;
  /** The largest body that is read, in bytes, decompressed. `Infinity`: any. */
  readonly maxResponseSize: number;
  readonly onDownloadProgress?: ((progress: Progress) => void) | undefined;
}

/** How an answer begins. */
export interface WireHead {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: IncomingHttpHeaders;
}

/** An answer as it came, whatever its status. */
export interface WireResponse extends WireHead {
  readonly body: string;
}

/** An answer of which the body is still to come. */
export interface WireStream extends WireHead {
  /** Decompressed. It fails with what `send` would reject with; destroying it ends the exchange. */
  readonly body: Readable;
}

/**
 * Sends requests. Resolves with any answer, whatever its status, and never follows a redirect. Rejects with a
 * `ConnectionError` when no whole answer came, with an `AnswerTooLargeError`, with an `InvalidResponseError` when what came
 * cannot be decompressed, or with the reason of the signal.
 */
export interface HttpTransport {
  /** Reads the whole body. */
  send(request: WireRequest): Promise<WireResponse>;
  /** Resolves as soon as the head is there. */
  stream(request: WireRequest): Promise<WireStream>;
}

/** A header that should be there once; the first of several. */
export function headerOf({ headers }: WireHead, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
