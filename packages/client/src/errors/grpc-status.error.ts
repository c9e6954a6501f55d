import { RookeryError } from '@rookery/common';
import { grpcStatusOf, type GrpcStatusName } from './grpc-statuses.js';

/** Statuses that look like failures of the moment. `ABORTED` is not among them: it asks to repeat more than this call. */
const PASSING = new Set<GrpcStatusName>([
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'UNKNOWN',
]);

/** What else a call came back with. */
export interface GrpcStatusFacts {
  /** The text of the status. */
  readonly details: string;
  /** The trailing metadata, texts only. It is not part of the message, as it may hold secrets. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The other side answered with a status other than OK. */
export class GrpcStatusError extends RookeryError {
  readonly code = 'GRPC_STATUS';
  /** The status by name, such as `NOT_FOUND`. A number that gRPC does not define is `UNKNOWN`. */
  readonly grpcStatus: GrpcStatusName;
  /** The status as HTTP knows it. */
  override readonly status: number;
  readonly details: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** How long the other side asked us to wait, when it did: `grpc-retry-pushback-ms`. */
  readonly retryAfterMs?: number;
  /** Whether the other side asked not to be tried again: a pushback that is negative or no number (gRFC A6). */
  readonly retryForbidden: boolean;

  /**
   * @param request What was asked, such as `user-service/users.UserService/FindUser`.
   * @param grpcCode The number of the status that came back.
   */
  constructor(
    readonly request: string,
    readonly grpcCode: number,
    { details, metadata }: GrpcStatusFacts,
  ) {
    const { name, http } = grpcStatusOf(grpcCode);
    super(`${request}: answered ${name}${details ? `: ${details}` : ''}`);
    this.grpcStatus = name;
    this.status = http;
    this.details = details;
    this.metadata = metadata;
    const pushback = metadata['grpc-retry-pushback-ms'];
    const waits = pushback !== undefined && /^\d{1,10}$/.test(pushback);
    if (waits) this.retryAfterMs = Number(pushback);
    this.retryForbidden = pushback !== undefined && !waits;
  }

  /** The failure is behind us, not in the request of our own caller. */
  override get responseStatus(): number {
    return 502;
  }

  /** Whether it looks like a failure of the moment, so that another try may succeed. */
  get passing(): boolean {
    return PASSING.has(this.grpcStatus) && !this.retryForbidden;
  }

  /** Whether it shows an instance in trouble. Any other answer shows one that works. Statuses: linkerd2-proxy's. */
  get instanceFailed(): boolean {
    return PASSING.has(this.grpcStatus) || this.grpcStatus === 'DATA_LOSS';
  }
}
