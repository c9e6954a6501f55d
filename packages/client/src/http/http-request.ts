import { type IncomingHttpHeaders } from 'node:http';
import { type Duration, type ProblemClass, type Schema } from '@rookery/common';
import { type CallBalancing } from '../endpoint/call-balancing.js';
import { type Progress } from './progress.js';

export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A value that can stand in a path or a query string. */
export type UrlValue = string | number | boolean;

/** What a single request may say beyond its path and body. */
export interface RequestOptions {
  /** Values of the path's `:names`, encoded. `get('/users/:id', { params: { id } })`. */
  params?: Readonly<Record<string, UrlValue>>;
  /** The query string's values, encoded. A list repeats its key; `undefined` leaves it out. */
  query?: Readonly<Record<string, UrlValue | readonly UrlValue[] | undefined>>;
  /** Headers sent with the request. */
  headers?: Readonly<Record<string, string>>;
  /** How long the caller waits for the answer, retries included; the policy's own limit still holds. */
  timeout?: Duration;
  /** Ends the request, and its retries, when it aborts. */
  signal?: AbortSignal;
  /**
   * Whether the request may be executed twice, which is what makes a retry safe once it has been sent.
   * Default `true` for GET, HEAD, OPTIONS, PUT and DELETE (RFC 9110, section 9.2.2) and with an `idempotencyKey`; `false` for
   * POST and PATCH otherwise. Without effect on a body that is a stream, which can be sent once.
   */
  idempotent?: boolean;
  /**
   * Sends `Idempotency-Key`, by which the other side does the work once however often it is asked: `true` for a key of
   * this call alone, or a key that outlives it, up to 255 printable ASCII characters. All tries send the same. Give it only
   * where the other side keeps such keys, because it makes POST and PATCH count as idempotent. Default: none.
   */
  idempotencyKey?: true | string;
  /**
   * Classes of problems, made by `ProblemType`, that this call throws again when the other side answers with one, besides
   * those of the client. Default: those of the client.
   */
  errors?: readonly ProblemClass[];
  /** What the body must fit; what the schema makes of it is sent. Otherwise: a `TypeError`, and nothing is sent. */
  bodySchema?: Schema;
  /** Which instance it is for. Without effect on a client with a fixed `url`, which has one. */
  balancing?: CallBalancing;
  /**
   * The largest answer that is read, in bytes, decompressed. Default: the client's, 10 MiB; of `stream()`, which holds none
   * of it, any.
   */
  maxResponseSize?: number;
  /** Told how much of the body was sent, again for each try. */
  onUploadProgress?: (progress: Progress) => void;
  /** Told how much of the answer has come. */
  onDownloadProgress?: (progress: Progress) => void;
}

/** What `request` and `stream` take beside. */
export interface BodyOptions extends RequestOptions {
  /**
   * What is sent. A `Readable`, a web `ReadableStream`, an async iterable, a `Uint8Array`, a `Blob`, a `FormData` and
   * `URLSearchParams` go as they are; so does a text for which `headers` names a `content-type` other than JSON. Anything
   * else is sent as JSON. Default: nothing.
   */
  body?: unknown;
}

/** An answer with what is around its body. */
export interface HttpAnswer<T> {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: T;
}
