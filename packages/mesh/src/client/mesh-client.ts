import { currentContext, toMilliseconds } from '@rookery/common';
import { type Attempt, type Pipeline } from '@rookery/resilience';
import { prepareHttpCall } from './http-call.js';
import { logFailure, logSuccess } from './log-call.js';
import { type MeshCallOptions } from './mesh-call.js';
import { type MeshParts } from './mesh-parts.js';
import { type PreparedCall } from './prepared-call.js';
import { mayRetry, speaksOfService } from './retry-rules.js';
import { prepareRpcCall } from './rpc-call.js';

/**
 * Calls services through the mesh: over HTTP with JSON through a sidecar or straight to an instance, over gRPC where gRPC
 * itself is the proxy. Whoever finds and balances, the client holds the caller's deadline, carries the trace, and times
 * and logs each call.
 *
 * @example
 * const user = await mesh.call<User>('user-service', 'users/find', { id });
 */
export class MeshClient {
  readonly #pipelines: Map<string, Pipeline>;

  constructor(private readonly parts: MeshParts) {
    this.#pipelines = new Map(parts.pipelines);
  }

  /**
   * Calls a method of a service and resolves with the decoded answer: JSON as a value, other types as text, an empty
   * answer as `undefined`; over gRPC the message. The call is sent once, except in the mode `direct`, where it is tried
   * again on another instance when that is safe.
   *
   * It rejects with a `MeshStatusError` when the answer is no success (`MeshRpcError` over gRPC), a `MeshUnavailableError` when none came, a
   * `MeshResponseError` when it cannot be read, a `TimeoutError` when time ran out, and an `InvalidCallError` when the
   * call cannot be sent as it was asked for. In the mode `direct` also with a `PeerIdentityError` when nobody could prove to
   * be the service, a `NoInstancesError` when there is nobody, and a `CircuitOpenError`.
   *
   * @param service Its name, such as `user-service`, or `user-service.shop` when it is in another namespace.
   * @param method The path without its first slash, such as `users/find`; each part of it is encoded. Over gRPC the
   *   method with its package and service, such as `users.v1.UserService/FindUser`.
   * @param data Sent as JSON; `undefined` sends no body. Over gRPC the message.
   */
  async call<T>(service: string, method: string, data?: unknown, options: MeshCallOptions = {}): Promise<T> {
    const { clock, log } = this.parts;
    const call = this.#prepare(service, method, data, options);
    const started = clock.monotonic();
    const ended = () => ({ service, method, durationMs: clock.monotonic() - started });
    try {
      const result = await this.#guarded(call, options);
      logSuccess(log, ended());
      return result as T;
    } catch (error) {
      logFailure(log, ended(), error, options.signal ?? currentContext().signal);
      throw error;
    }
  }

  #prepare(service: string, method: string, data: unknown, options: MeshCallOptions): PreparedCall {
    const { transport } = this.parts;
    return transport.kind === 'rpc'
      ? prepareRpcCall(this.parts, transport, service, method, data, options)
      : prepareHttpCall(this.parts, transport, service, method, data, options);
  }

  #guarded(call: PreparedCall, { timeout, signal }: MeshCallOptions): Promise<unknown> {
    return this.#pipeline(call.service).execute((attempt) => this.#observed(call, attempt), {
      timeout: timeout === undefined ? this.parts.timeoutMs : toMilliseconds(timeout),
      ...(signal && { signal }),
      idempotent: call.idempotent,
      retryIf: (error) => mayRetry(error, call.idempotent),
      // What one instance asks for is no reason to keep another waiting.
      respectRetryAfter: () => call.untried() === 0,
      recordIf: (error) => speaksOfService(error, call.untried()),
    });
  }

  /**
   * One a service, so that a time-out says in its message who did not answer. A mesh has retries and breakers of its own,
   * which a second layer would multiply: so it holds a time limit and nothing else, unless the transport asks for more.
   */
  #pipeline(service: string): Pipeline {
    let pipeline = this.#pipelines.get(service);
    if (!pipeline) {
      const { transport, policies } = this.parts;
      const guards = transport.kind === 'http' ? transport.policies : undefined;
      pipeline = policies.define(`mesh.${service}`, guards ?? {});
      this.#pipelines.set(service, pipeline);
    }
    return pipeline;
  }

  #observed(call: PreparedCall, { signal, number }: Attempt): Promise<unknown> {
    const { attributes } = call.observed;
    const observed =
      number === 1
        ? call.observed
        : { ...call.observed, attributes: { ...attributes, 'http.request.resend_count': number - 1 } };
    return this.parts.observer.observe(observed, (observation) => call.send(signal, observation));
  }
}
