/** What is needed of grpc-js's `Metadata`. */
export interface GrpcMetadata {
  set(key: string, value: string): void;
}

/**
 * Empty metadata to answer a gRPC call with; `undefined` when the arguments of the handler are no gRPC call's. It is made
 * by the class of the metadata that came with the call, so that this package needs no gRPC library.
 */
export function answerMetadata(args: readonly unknown[]): GrpcMetadata | undefined {
  // (request, metadata, call) for a method of messages, (call) or (call, callback) for `@GrpcStreamCall()`.
  for (const arg of args) {
    const received = isMetadata(arg) ? arg : (arg as { metadata?: unknown } | null | undefined)?.metadata;
    if (isMetadata(received)) return new (received.constructor as new () => GrpcMetadata)();
  }
  return undefined;
}

function isMetadata(value: unknown): value is GrpcMetadata {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}

/** Together these tell grpc-js's `Metadata` from a `Map` and from Nest's own contexts. */
const METHODS = ['set', 'getMap', 'toHttp2Headers'];
