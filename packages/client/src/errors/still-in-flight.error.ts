import { RookeryError } from '@rookery/common';
import { type HttpStatusError } from './http-status.error.js';

/**
 * The other side answered 409 because it is still working on the same request, which it knows by the idempotency key:
 * an earlier try of it may yet succeed. Asked again later it tells the result (draft-ietf-httpapi-idempotency-key-header,
 * section 2.7), so the client's retries do so. The `cause` is the answer.
 */
export class StillInFlightError extends RookeryError {
  readonly code = 'STILL_IN_FLIGHT';
  override readonly status = 503;
  readonly passing = true;
  readonly instanceFailed = false;
  readonly retryAfterMs: number | undefined;

  /** @param request What was asked, such as `POST order-service/orders`. */
  constructor(
    readonly request: string,
    cause: HttpStatusError,
  ) {
    super(`${request}: the same request, by its idempotency key, is still being processed there`, { cause });
    this.retryAfterMs = cause.retryAfterMs;
  }
}
