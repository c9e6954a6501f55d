import { RookeryError } from '@rookery/common';

/** The request is larger than what may be sent, so nothing of it was. */
export class RequestTooLargeError extends RookeryError {
  readonly code = 'REQUEST_TOO_LARGE';
  override readonly status = 413;

  /**
   * @param request What was asked, such as `user-service/users.UserService/CreateUser`.
   * @param bytes How large it is.
   * @param limit How large it may be.
   */
  constructor(
    readonly request: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `${request}: the request of ${bytes} bytes is larger than ${limit}. Send less at once, or raise maxSendMessageLength.`,
    );
  }
}
