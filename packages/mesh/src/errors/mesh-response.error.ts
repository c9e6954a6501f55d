import { messageOf, RookeryError } from '@rookery/common';

/** The answer cannot be used: it said that it was JSON and was not, or it was too large. */
export class MeshResponseError extends RookeryError {
  readonly code = 'INVALID_RESPONSE';
  override readonly status = 502;

  /** @param request What was asked, such as `POST user-service/find`. */
  constructor(
    readonly request: string,
    readonly problem: 'not JSON' | 'too large',
    cause: unknown,
  ) {
    // What a JSON parser says quotes the body, which may hold secrets; it stays in the cause.
    super(`${request}: the answer is ${problem === 'not JSON' ? 'not valid JSON' : messageOf(cause)}`, {
      cause,
    });
  }
}
