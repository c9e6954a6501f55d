import { LARGEST_ANSWER, RookeryError } from '@rookery/common';

/** The answer is larger than what is read. Another try would only fetch it again. */
export class AnswerTooLargeError extends RookeryError {
  readonly code = 'ANSWER_TOO_LARGE';
  override readonly status = 502;
  readonly passing = false;
  readonly instanceFailed = false;
  readonly retryAfterMs = undefined;

  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param limit What is read, in bytes: the `maxResponseSize` of the client or the call. Default 10 MiB.
   */
  constructor(
    readonly request: string,
    readonly limit: number = LARGEST_ANSWER,
  ) {
    super(`${request}: the answer is larger than ${limit} bytes`);
  }
}
