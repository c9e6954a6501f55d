import { grpcStatusOf, type GrpcStatusName, RookeryError } from '@rookery/common';
import { type StatusDetail } from './status-detail.js';

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
  /** What the server says about it beyond its text. Default: nothing. */
  readonly statusDetails?: readonly StatusDetail[];
  /** How long the server asked to wait among these details. */
  readonly retryDelayMs?: number | undefined;
  /** Whether it was said that calls with this status are to be made again. Default: as the status suggests. */
  readonly retryable?: boolean;
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
  /** What the other side says about it beyond its text (`grpc-status-details-bin`), such as a `google.rpc.BadRequest`. */
  readonly statusDetails: readonly StatusDetail[];
  /** How long the other side asked us to wait, when it did: `grpc-retry-pushback-ms`, else a `google.rpc.RetryInfo`. */
  readonly retryAfterMs?: number;
  /** Whether the other side asked not to be tried again: a pushback that is negative or no number (gRFC A6). */
  readonly retryForbidden: boolean;
  readonly #retryable: boolean;

  /**
   * @param request What was asked, such as `user-service/users.UserService/FindUser`.
   * @param grpcCode The number of the status that came back.
   */
  constructor(
    readonly request: string,
    readonly grpcCode: number,
    { details, metadata, statusDetails = [], retryDelayMs, retryable = false }: GrpcStatusFacts,
  ) {
    const { name, http } = grpcStatusOf(grpcCode);
    super(`${request}: answered ${name}${details ? `: ${details}` : ''}`);
    this.grpcStatus = name;
    this.status = http;
    this.details = details;
    this.metadata = metadata;
    this.statusDetails = statusDetails;
    this.#retryable = retryable;
    const pushback = metadata['grpc-retry-pushback-ms'];
    const waits = pushback !== undefined && /^\d{1,10}$/.test(pushback);
    const waitMs = waits ? Number(pushback) : retryDelayMs;
    if (waitMs !== undefined) this.retryAfterMs = waitMs;
    this.retryForbidden = pushback !== undefined && !waits;
  }

  /** The failure is behind us, not in the request of our own caller. */
  override get responseStatus(): number {
    return 502;
  }

  /** Whether it looks like a failure of the moment, so that another try may succeed. */
  get passing(): boolean {
    return (this.#retryable || PASSING.has(this.grpcStatus)) && !this.retryForbidden;
  }

  /** Whether it shows an instance in trouble. Any other answer shows one that works. Statuses: linkerd2-proxy's. */
  get instanceFailed(): boolean {
    return PASSING.has(this.grpcStatus) || this.grpcStatus === 'DATA_LOSS';
  }
}
