import { type Readable } from 'node:stream';
import { GUARDED_BY, type GuardedClient, type Pipeline } from '@rookery/resilience';
import { checkCallBalancing } from '../endpoint/call-balancing.js';
import { executeCall } from '../execute/execute-call.js';
import { type AnswerOptions, refuseDecoding } from './answer-options.js';
import { type ClientParts } from './client-parts.js';
import { type BodyOptions, type HttpAnswer, type HttpMethod } from './http-request.js';
import { type HttpTry, httpTry } from './http-try.js';
import { openStream } from './open-stream.js';
import { fittingBody } from './fitting-body.js';
import { discard } from './request-body.js';
import { sendTry } from './send-try.js';

/**
 * Calls another service over HTTP with JSON: each request is sent to an instance that discovery knows and the balancer
 * chooses, guarded by the client's policies, tried again on another instance when that is safe, and traced.
 *
 * Each method resolves with the decoded body. It rejects with an `HttpStatusError` when the answer is no success, with
 * a `RequestFailedError` when retries did not help, with a `CircuitOpenError` when the circuit is open, and with the
 * problems that are listed in `errors`.
 */
export class HttpServiceClient implements GuardedClient {
  constructor(private readonly parts: ClientParts) {}

  /** Shown to the audit at boot. @internal */
  get [GUARDED_BY](): Pipeline {
    return this.parts.pipeline;
  }

  get<T>(path: string, options?: AnswerOptions<T>): Promise<T> {
    return this.#bodyOf('GET', path, options);
  }

  post<T>(path: string, body?: unknown, options?: AnswerOptions<T>): Promise<T> {
    return this.#bodyOf('POST', path, { ...options, body });
  }

  put<T>(path: string, body?: unknown, options?: AnswerOptions<T>): Promise<T> {
    return this.#bodyOf('PUT', path, { ...options, body });
  }

  patch<T>(path: string, body?: unknown, options?: AnswerOptions<T>): Promise<T> {
    return this.#bodyOf('PATCH', path, { ...options, body });
  }

  delete<T = void>(path: string, options?: AnswerOptions<T>): Promise<T> {
    return this.#bodyOf('DELETE', path, options);
  }

  /** Any method, with any body; resolves with the status and the headers of the answer as well. */
  async request<T>(
    method: HttpMethod,
    path: string,
    options: BodyOptions & AnswerOptions<T> = {},
  ): Promise<HttpAnswer<T>> {
    const { signal, timeout, balancing } = options;
    try {
      const ready = this.#ready(method, path, options);
      // No turn of the loop for a call that has nothing to wait for.
      const request = ready instanceof Promise ? await ready : ready;
      const answer = await executeCall(this.parts, {
        label: request.label,
        idempotent: request.idempotent,
        signal,
        timeout,
        balancing,
        send: (endpoint, attempt) =>
          sendTry({
            parts: this.parts,
            request,
            endpoint,
            signal: attempt.signal,
            number: attempt.number,
          }),
      });
      return answer as HttpAnswer<T>;
    } catch (error) {
      discard(options.body);
      throw error;
    }
  }

  /**
   * Resolves when the head of the answer is there, with a body that is read as fast as it comes and no faster. It is tried
   * again until then, and never after. The policy's timeouts hold until then as well; `timeout`, the deadline of the running
   * call and `signal` hold until the body has ended, and so does what the policies let it in for.
   *
   * Read the body to its end, or `destroy()` it: until then it holds a connection.
   */
  async stream(method: HttpMethod, path: string, options: BodyOptions = {}): Promise<HttpAnswer<Readable>> {
    try {
      refuseDecoding(options);
      const request = await this.#ready(method, path, options);
      return await openStream(this.parts, request, options);
    } catch (error) {
      discard(options.body);
      throw error;
    }
  }

  async #bodyOf<T>(method: HttpMethod, path: string, options?: BodyOptions & AnswerOptions<T>): Promise<T> {
    return (await this.request<T>(method, path, options)).body;
  }

  #ready(method: HttpMethod, path: string, options: BodyOptions & AnswerOptions): HttpTry | Promise<HttpTry> {
    checkCallBalancing(options.balancing);
    if (!options.bodySchema) return httpTry(this.parts, method, path, options);
    return fittingBody(options.body, options.bodySchema).then((body) =>
      httpTry(this.parts, method, path, { ...options, body }),
    );
  }
}
