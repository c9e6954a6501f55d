import { toMilliseconds } from '@rookery/common';
import { type Attempt } from '@rookery/resilience';
import { type Endpoint } from '../endpoint/endpoint.js';
import { RequestFailedError } from '../errors/request-failed.error.js';
import { type ClientParts } from './client-parts.js';
import { type HttpMethod, type RequestOptions } from './http-request.js';
import { requestPath } from './request-url.js';
import { isIdempotent, isInstanceFault, mayRetry } from './retry-rules.js';
import { type HttpTry, sendTry } from './send-try.js';

/**
 * Calls another service over HTTP with JSON: each request is sent to an instance that discovery knows and the balancer
 * chooses, guarded by the client's policies, tried again on another instance when that is safe, and traced.
 *
 * Each method resolves with the decoded body. It rejects with an `HttpStatusError` when the answer is 400 or more, with
 * a `RequestFailedError` when retries did not help, with a `CircuitOpenError` when the circuit is open.
 */
export class HttpServiceClient {
  constructor(private readonly parts: ClientParts) {}

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
    const { service, endpoints, pipeline } = this.parts;
    const request: HttpTry = {
      method,
      template,
      path: requestPath(template, options),
      label: `${method} ${service}${template}`,
      headers: { ...this.parts.headers, ...options.headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const idempotent = options.idempotent ?? isIdempotent(method);
    const tried = new Set<string>();
    let endpoint: Endpoint | undefined;
    let retries = 0;

    const attempt = async ({ signal, number }: Attempt): Promise<unknown> => {
      endpoint = undefined;
      endpoint = await endpoints(tried);
      tried.add(endpoint.id);
      return sendTry(this.parts, request, endpoint, signal, number);
    };

    try {
      return (await pipeline.execute(attempt, {
        ...(options.signal && { signal: options.signal }),
        ...(options.timeout !== undefined && { timeout: toMilliseconds(options.timeout) }),
        retryIf: (error) => mayRetry(error, idempotent),
        recordIf: (error) => !(isInstanceFault(error) && endpoint && endpoint.alternatives > 0),
        onRetry: () => (retries += 1),
      })) as T;
    } catch (error) {
      throw retries > 0 ? new RequestFailedError(request.label, retries, error) : error;
    }
  }
}
