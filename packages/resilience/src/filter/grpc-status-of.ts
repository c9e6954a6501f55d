/**
 * HTTP statuses as gRPC statuses: the reverse of the table in google/rpc/code.proto, which is how grpc-gateway maps them
 * too. 502 is not in it and follows gRPC's own mapping of HTTP (grpc/doc/http-grpc-status-mapping.md).
 */
const GRPC_STATUSES: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 5, // NOT_FOUND
  409: 10, // ABORTED
  412: 9, // FAILED_PRECONDITION
  429: 8, // RESOURCE_EXHAUSTED
  500: 13, // INTERNAL
  501: 12, // UNIMPLEMENTED
  502: 14, // UNAVAILABLE
  503: 14, // UNAVAILABLE
  504: 4, // DEADLINE_EXCEEDED
};

/** A handler threw what is no status, and any HTTP status that is not in the table. */
export const GRPC_UNKNOWN = 2;

/** The number of the gRPC status for an HTTP status; `UNKNOWN` where none fits, as gRPC's own mapping has it. */
export function grpcStatusOf(statusCode: number): number {
  return GRPC_STATUSES[statusCode] ?? GRPC_UNKNOWN;
}
