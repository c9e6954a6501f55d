import { type ProblemDetails, RookeryError } from '@rookery/common';
import { type InvalidResponseError } from './invalid-response.error.js';

/** The other side answered with a status of 400 or more, or with a redirect, which is not followed. */
export class HttpStatusError extends RookeryError {
  readonly code = 'HTTP_STATUS';
  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param status The status that came back.
   * @param body The body that came back: decoded JSON, else text. It is not part of the message, as it may hold secrets.
   * @param retryAfterMs How long the other side asked us to wait, when it did.
   * @param problem What the body says by RFC 9457, where it is `application/problem+json`.
   * @param misfit Why a problem of a kind that the caller knows was not thrown as such.
   */
  constructor(
    readonly request: string,
    override readonly status: number,
    readonly body: unknown,
    readonly retryAfterMs?: number,
    readonly problem?: ProblemDetails,
    misfit?: InvalidResponseError,
  ) {
    super(`${request}: answered ${status}`, misfit ? { cause: misfit } : {});
  }

  /** The failure is behind us, not in the request of our own caller. */
  override get responseStatus(): number {
    return 502;
  }

  /** Whether it looks like a failure of the moment, so that another try may succeed: 408, 429 or 5xx. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }

  /** Whether it shows an instance in trouble: 429 or 5xx. Any other answer shows one that works. */
  get instanceFailed(): boolean {
    return this.status >= 500 || this.status === 429;
  }
}
