import { RookeryError } from '@rookery/common';
import { type HttpStatusError } from './http-status.error.js';

/**
 * The other side answered 422 because it knows the idempotency key from a request with another body
 * (draft-ietf-httpapi-idempotency-key-header, section 2.7). Nothing was done; each request needs a key of its own. The
 * `cause` is the answer.
 */
export class IdempotencyKeyReusedError extends RookeryError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  override readonly status = 422;
  readonly passing = false;
  readonly instanceFailed = false;
  readonly retryAfterMs = undefined;

  /** @param request What was asked, such as `POST order-service/orders`. */
  constructor(
    readonly request: string,
    cause: HttpStatusError,
  ) {
    super(`${request}: its idempotency key was used before, for a request with another body`, { cause });
  }

  /** The mistake is ours, not our own caller's. */
  override get responseStatus(): number {
    return 500;
  }
}
