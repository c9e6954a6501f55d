import { type GrpcStatusName, grpcStatusOf, RookeryError } from '@rookery/common';

/** The service answered over gRPC with a status other than OK, or the mesh did when it could not reach the service. */
export class MeshRpcError extends RookeryError {
  readonly code = 'MESH_RPC';
  /** The status by name, such as `NOT_FOUND`. A number that gRPC does not define is `UNKNOWN`. */
  readonly grpcStatus: GrpcStatusName;
  /** The status as HTTP knows it. */
  override readonly status: number;

  /**
   * @param request What was asked, such as `user-service/users.v1.UserService/FindUser`.
   * @param grpcCode The number of the status that came back.
   * @param details The text of the status.
   * @param metadata The trailing metadata, texts only. It is not part of the message, as it may hold secrets.
   */
  constructor(
    readonly request: string,
    readonly grpcCode: number,
    readonly details: string,
    readonly metadata: Readonly<Record<string, string>>,
  ) {
    const { name, http } = grpcStatusOf(grpcCode);
    super(`${request}: answered ${name}${details ? `: ${details}` : ''}`);
    this.grpcStatus = name;
    this.status = http;
  }

  /** The failure is behind us, not in the request of our own caller. */
  override get responseStatus(): number {
    return 502;
  }
}
