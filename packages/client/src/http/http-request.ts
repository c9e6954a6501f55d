import { type Duration } from '@rookery/common';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

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
   * Default `true` for GET, PUT and DELETE, `false` for POST and PATCH (RFC 9110, section 9.2.2).
   */
  idempotent?: boolean;
}
