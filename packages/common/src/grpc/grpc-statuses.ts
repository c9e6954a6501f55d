/** The statuses of gRPC in the order of their numbers, each with its HTTP status (google/rpc/code.proto). */
const STATUSES = [
  ['OK', 200],
  ['CANCELLED', 499],
  ['UNKNOWN', 500],
  ['INVALID_ARGUMENT', 400],
  ['DEADLINE_EXCEEDED', 504],
  ['NOT_FOUND', 404],
  ['ALREADY_EXISTS', 409],
  ['PERMISSION_DENIED', 403],
  ['RESOURCE_EXHAUSTED', 429],
  ['FAILED_PRECONDITION', 400],
  ['ABORTED', 409],
  ['OUT_OF_RANGE', 400],
  ['UNIMPLEMENTED', 501],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DATA_LOSS', 500],
  ['UNAUTHENTICATED', 401],
] as const;

export type GrpcStatusName = (typeof STATUSES)[number][0];

/** The names of the statuses, each at the place of its number. */
export const GRPC_STATUS_NAMES: readonly GrpcStatusName[] = STATUSES.map(([name]) => name);

/** The name and the HTTP status of a gRPC status; one that gRPC does not define counts as `UNKNOWN`. */
export function grpcStatusOf(code: number): { readonly name: GrpcStatusName; readonly http: number } {
  const [name, http] = STATUSES[code] ?? ['UNKNOWN', 500];
  return { name, http };
}
