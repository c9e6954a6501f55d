/** The codes of gRPC that etcd's refusals are told apart by: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export const GRPC = {
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** What one member says about itself, such as one that has lost the others; the rest of the cluster may say something else. */
const ABOUT_ITSELF: readonly number[] = [
  GRPC.UNKNOWN,
  GRPC.DEADLINE_EXCEEDED,
  GRPC.RESOURCE_EXHAUSTED,
  GRPC.INTERNAL,
  GRPC.UNAVAILABLE,
];

/** What etcd answered instead of doing what it was asked to. It stays inside of this package. */
export class EtcdRefusal extends Error {
  constructor(
    readonly grpcCode: number,
    message: string,
  ) {
    super(message);
    this.name = 'EtcdRefusal';
  }

  /** Whether another member may do what this one refuses. */
  get mayPassElsewhere(): boolean {
    return ABOUT_ITSELF.includes(this.grpcCode);
  }

  /** Whether it is the token that was refused, so that a new one may help. */
  get isAboutToken(): boolean {
    return /invalid auth token|user name is empty|revision of auth store is old/.test(this.message);
  }
}
