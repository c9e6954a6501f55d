import { isRookeryError, messageOf, RookeryError } from '@rookery/common';

/** A request that was tried again and still failed. Its `cause` is the last try's error. */
export class RequestFailedError extends RookeryError {
  readonly code = 'REQUEST_FAILED';
  override readonly status: number | undefined;
  /** How long the last try's error asked to wait. Unset when it did not. */
  readonly retryAfterMs: number | undefined;

  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param retries How many tries followed the first.
   */
  constructor(
    readonly request: string,
    readonly retries: number,
    cause: unknown,
  ) {
    super(
      `${request}: request failed after ${retries} ${retries === 1 ? 'retry' : 'retries'}: ${messageOf(cause)}`,
      {
        cause,
      },
    );
    this.status = isRookeryError(cause) ? cause.status : undefined;
    this.retryAfterMs =
      isRookeryError(cause) && 'retryAfterMs' in cause
        ? (cause.retryAfterMs as number | undefined)
        : undefined;
  }

  override get responseStatus(): number | undefined {
    return isRookeryError(this.cause) ? this.cause.responseStatus : undefined;
  }
}
