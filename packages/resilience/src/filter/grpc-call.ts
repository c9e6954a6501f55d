import { type GrpcMetadata, type GrpcStatusObject } from './grpc-answer.js';

/** A gRPC call, as far as answering it needs. */
export interface GrpcCall {
  /** Empty metadata for the answer. */
  readonly trailers: GrpcMetadata;
  /**
   * Ends the call. Only where the handler drives the call itself (`@GrpcStreamCall()`): there Nest would leave the client
   * without an answer and the error as an unhandled rejection. Elsewhere Nest ends the call.
   */
  readonly end?: (status: GrpcStatusObject) => void;
}

/** What `@GrpcStreamCall()` gives its handler, of grpc-js. It ends with the status that its event `error` tells. */
interface RawCall {
  readonly metadata?: unknown;
  emit(event: 'error', status: GrpcStatusObject): void;
}

/** The call of a handler's arguments, known by its metadata; `undefined` when they are no gRPC call's. */
export function grpcCallOf([first, second]: readonly unknown[]): GrpcCall | undefined {
  if (isMetadata(second)) return { trailers: emptyLike(second) };
  const call = first as RawCall | null | undefined;
  if (!isMetadata(call?.metadata)) return undefined;
  return { trailers: emptyLike(call.metadata), end: (status) => call.emit('error', status) };
}

/** Made by the class of the metadata that came with the call, so that this package needs no gRPC library. */
function emptyLike(metadata: GrpcMetadata): GrpcMetadata {
  return new (metadata.constructor as new () => GrpcMetadata)();
}

/** Together these methods tell grpc-js's `Metadata` from a `Map` and from Nest's own contexts. */
const METHODS = ['set', 'getMap', 'toHttp2Headers'];

function isMetadata(value: unknown): value is GrpcMetadata {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((method) => typeof (value as Record<string, unknown>)[method] === 'function');
}
