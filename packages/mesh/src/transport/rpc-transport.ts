import { type Headers } from '@rookery/common';

/** One call as it is handed to a transport that speaks of methods and messages instead of paths and bodies. */
export interface RpcRequest {
  /** The service, as the mesh knows it. */
  readonly authority: string;
  /** The method with its package and service, such as `users.v1.UserService/FindUser`. */
  readonly method: string;
  /** The message, encoded. */
  readonly message: Buffer;
  /** Lower-case names. */
  readonly headers: Headers;
  /** How long the caller waits, in milliseconds; `Infinity` for no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One way into a mesh, over gRPC. */
export interface RpcTransport {
  readonly kind: 'rpc';
  /** The message of a method, encoded. Throws an `InvalidCallError` when there is no such method or the message does not fit. */
  encode(method: string, message: unknown): Buffer;
  /**
   * Makes one call, once, and resolves with the decoded answer. Rejects with an `RpcStatus` when the answer is no
   * success, and with a `TransportFailure` when none came.
   */
  call(request: RpcRequest): Promise<unknown>;
}
