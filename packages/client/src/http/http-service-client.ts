import { headerProblem, type Headers, lowerCased } from '@rookery/common';
import { GUARDED_BY, type GuardedClient, type Pipeline } from '@rookery/resilience';
import { executeCall } from '../execute/execute-call.js';
import { type ClientParts } from './client-parts.js';
import { type HttpMethod, type RequestOptions } from './http-request.js';
import { isIdempotent } from './idempotent-methods.js';
import { requestPath } from './request-url.js';
import { type HttpTry, sendTry } from './send-try.js';

/**
 * Calls another service over HTTP with JSON: each request is sent to an instance that discovery knows and the balancer
 * chooses, guarded by the client's policies, tried again on another instance when that is safe, and traced.
 *
 * Each method resolves with the decoded body. It rejects with an `HttpStatusError` when the answer is no success, with
 * a `RequestFailedError` when retries did not help, with a `CircuitOpenError` when the circuit is open.
 */
export class HttpServiceClient implements GuardedClient {
  constructor(private readonly parts: ClientParts) {}

  /** Shown to the audit at boot. @internal */
  get [GUARDED_BY](): Pipeline {
    return this.parts.pipeline;
  }

  get<T>(path: string, options?: RequestOptions): Promise<T> {
    return this.#request('GET', path, undefined, options);
  }

  post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.#request('POST', path, body, options);
  }

  put<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.#request('PUT', path, body, options);
  }

  patch<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
    return this.#request('PATCH', path, body, options);
  }

  delete<T = void>(path: string, options?: RequestOptions): Promise<T> {
    return this.#request('DELETE', path, undefined, options);
  }

  async #request<T>(
    method: HttpMethod,
    template: string,
    body: unknown,
    options: RequestOptions = {},
  ): Promise<T> {
    const request: HttpTry = {
      method,
      template,
      path: requestPath(template, options),
      label: `${method} ${this.parts.service}${template}`,
      headers: { ...this.parts.headers, ...checkedHeaders(options.headers ?? {}) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const result = await executeCall(this.parts, {
      label: request.label,
      idempotent: options.idempotent ?? isIdempotent(method),
      signal: options.signal,
      timeout: options.timeout,
      send: (endpoint, { signal, number }) => sendTry(this.parts, request, endpoint, signal, number),
    });
    return result as T;
  }
}

/** A header that cannot be sent is the caller's mistake, and must not look like a failure of the service. */
function checkedHeaders(headers: Headers): Headers {
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem) throw new TypeError(`headers.${name}: ${problem}`);
  }
  return lowerCased(headers);
}
