/** What the server of a Nest microservice has, whatever its transport: Nest's own servers, and custom strategies. */
export interface RpcServer {
  /** Nest's number of the transport, or what a custom strategy calls itself. */
  readonly transportId?: number | string | symbol;
  listen(callback: (error?: unknown, ...rest: unknown[]) => unknown): unknown;
  close(): unknown;
  /** The server or client below. Nest's gRPC server throws here. */
  unwrap?(): unknown;
}

/** The transports that listen on a port of their own, by the number that Nest gives them. */
export const LISTENING_TRANSPORTS = { tcp: 0, grpc: 4 } as const;
