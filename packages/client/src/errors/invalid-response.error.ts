import { RookeryError } from '@rookery/common';

/** The answer said that it was JSON and was not. */
export class InvalidResponseError extends RookeryError {
  readonly code = 'INVALID_RESPONSE';
  override readonly status = 502;

  /** @param request What was asked, such as `GET user-service/users/:id`. */
  constructor(
    readonly request: string,
    cause: unknown,
  ) {
    super(`${request}: the answer is not valid JSON`, { cause });
  }
}
