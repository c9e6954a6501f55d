import { messageOf, RookeryError } from '@rookery/common';

/** No answer came: the connection was refused, cut, or never made. */
export class ConnectionError extends RookeryError {
  readonly code = 'CONNECTION_FAILED';
  override readonly status = 503;

  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param sent Whether the other side may have seen the request. `false` means that it surely has not.
   */
  constructor(
    readonly request: string,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super(`${request}: no answer: ${messageOf(cause)}`, { cause });
  }
}
