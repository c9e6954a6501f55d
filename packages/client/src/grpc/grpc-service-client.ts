import { GUARDED_BY, type GuardedClient, type Pipeline } from '@rookery/resilience';
import { executeCall } from '../execute/execute-call.js';
import { type GrpcCallOptions } from './grpc-call.options.js';
import { type GrpcClientParts } from './grpc-client-parts.js';
import { GRPC_CLIENT_DEFAULTS } from './grpc-client.options.js';
import { toMetadata } from './channel/metadata.js';
import { encodeRequest, isDeclaredIdempotent, unaryMethod } from './contract/unary-method.js';
import { type GrpcTry, sendGrpcTry } from './send-grpc-try.js';

/**
 * Calls another service over gRPC: each call is sent to an instance that discovery knows and the balancer chooses,
 * guarded by the client's policies, tried again on another instance when that is safe, and traced.
 */
export class GrpcServiceClient implements GuardedClient {
  constructor(private readonly parts: GrpcClientParts) {}

  /** Shown to the audit at boot. @internal */
  get [GUARDED_BY](): Pipeline {
    return this.parts.pipeline;
  }

  /**
   * Calls a method that takes one message and answers with one, by its name in the contract: `call('FindUser', { id })`.
   *
   * It rejects with a `GrpcStatusError` when the answer is not OK, with a `RequestFailedError` when retries did not
   * help, with a `CircuitOpenError` when the circuit is open, and with a `TypeError` when the contract has no such method
   * or the request does not fit it.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- lets callers state what they send
  async call<Req extends object, Res>(
    method: string,
    request: Req,
    options: GrpcCallOptions = {},
  ): Promise<Res> {
    const definition = unaryMethod(this.parts.contract, method);
    const { metadata = {}, timeout = GRPC_CLIENT_DEFAULTS.timeout, signal } = options;
    // A key that gRPC does not allow is the caller's mistake, and nobody else's: it comes to light before any try.
    toMetadata(metadata);
    const name = definition.path.slice(1);
    const ready: GrpcTry = {
      method: definition,
      name,
      label: `${this.parts.service}/${name}`,
      body: encodeRequest(definition, request),
      metadata,
    };
    const answer = await executeCall(this.parts, {
      label: ready.label,
      idempotent: options.idempotent ?? isDeclaredIdempotent(definition),
      signal,
      timeout,
      send: (endpoint, attempt) => sendGrpcTry(this.parts, ready, endpoint, attempt),
    });
    return answer as Res;
  }

  /** Closes the connections. Calls that are running end by themselves; new ones reject with a `ClientClosedError`. */
  close(): void {
    this.parts.channels.close();
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    this.close();
  }
}
