import { LARGEST_ANSWER, RookeryError } from '@rookery/common';

/** The answer is larger than what is read, 10 MiB. Another try would only fetch it again. */
export class AnswerTooLargeError extends RookeryError {
  readonly code = 'ANSWER_TOO_LARGE';
  override readonly status = 502;
  readonly passing = false;
  readonly instanceFailed = false;
  readonly retryAfterMs = undefined;

  /** @param request What was asked, such as `GET user-service/users/:id`. */
  constructor(readonly request: string) {
    super(`${request}: the answer is larger than ${LARGEST_ANSWER} bytes`);
  }
}
