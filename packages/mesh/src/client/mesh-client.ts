import { currentContext, toMilliseconds } from '@rookery/common';
import { type Attempt, type Pipeline } from '@rookery/resilience';
import { exchange } from './exchange.js';
import { logFailure, logSuccess } from './log-call.js';
import { type MeshCall, type MeshCallOptions, prepareCall } from './mesh-call.js';
import { type MeshParts } from './mesh-parts.js';

/**
 * Calls services through the mesh, over HTTP with JSON. The mesh finds, balances, encrypts and retries; the client
 * keeps the service's name on the request, holds the caller's deadline, carries the trace, and times and logs each call.
 *
 * @example
 * const user = await mesh.call<User>('user-service', 'users/find', { id });
 */
export class MeshClient {
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(private readonly parts: MeshParts) {}

  /**
   * Calls a method of a service and resolves with the decoded answer: JSON as a value, other types as text, an empty
   * answer as `undefined`. The call is sent once.
   *
   * It rejects with a `MeshStatusError` when the answer is no success, a `MeshUnavailableError` when none came, a
   * `MeshResponseError` when it cannot be read, a `TimeoutError` when time ran out, and an `InvalidCallError` when the
   * call cannot be sent as it was asked for.
   *
   * @param service Its name, such as `user-service`, or `user-service.shop` when it is in another namespace.
   * @param method The path without its first slash, such as `users/find`. Each part of it is encoded.
   * @param data Sent as JSON. `undefined` sends no body.
   */
  async call<T>(service: string, method: string, data?: unknown, options: MeshCallOptions = {}): Promise<T> {
    const { clock, log, authorityOf } = this.parts;
    const call = prepareCall(service, method, data, options, authorityOf);
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

  /** Under a time limit and nothing else: a second layer of retries or breakers would multiply the mesh's own. */
  #guarded(call: MeshCall, { timeout, signal }: MeshCallOptions): Promise<unknown> {
    return this.#pipeline(call.service).execute((attempt) => this.#observed(call, attempt), {
      timeout: timeout === undefined ? this.parts.timeoutMs : toMilliseconds(timeout),
      ...(signal && { signal }),
    });
  }

  /** One a service, so that a time-out says in its message who did not answer. */
  #pipeline(service: string): Pipeline {
    let pipeline = this.#pipelines.get(service);
    if (!pipeline) {
      pipeline = this.parts.policies.define(`mesh.${service}`, {});
      this.#pipelines.set(service, pipeline);
    }
    return pipeline;
  }

  #observed(call: MeshCall, { signal }: Attempt): Promise<unknown> {
    return this.parts.observer.observe(
      {
        kind: 'client',
        name: `${call.verb} ${call.service}`,
        attributes: {
          'http.request.method': call.verb,
          'url.full': `http://${call.authority}${call.path}`,
          'peer.service': call.service,
        },
      },
      (observation) => exchange(this.parts, call, signal, observation),
    );
  }
}
