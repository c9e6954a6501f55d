import { RookeryError } from '@rookery/common';

/** The answer said that it was of a form and was not. */
export class InvalidResponseError extends RookeryError {
  readonly code = 'INVALID_RESPONSE';
  override readonly status = 502;

  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param form What the answer had to be.
   */
  constructor(
    readonly request: string,
    cause: unknown,
    readonly form = 'JSON',
  ) {
    super(`${request}: the answer is not valid ${form}`, { cause });
  }
}
