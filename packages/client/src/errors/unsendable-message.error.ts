import { messageOf, RookeryError } from '@rookery/common';

/** The message cannot be written down, such as one with a circle or a BigInt in it. It is the caller's mistake. */
export class UnsendableMessageError extends RookeryError {
  readonly code = 'UNSENDABLE_MESSAGE';
  /** Nobody else is to blame, and nothing was sent: no breaker counts it. */
  override readonly status = 400;

  /** @param request What was asked, such as `user-service/users.find`. */
  constructor(
    readonly request: string,
    cause: unknown,
  ) {
    super(`${request}: the message cannot be sent: ${messageOf(cause)}`, { cause });
  }

  /** It is this app that is wrong, and not whoever has called it. */
  override get responseStatus(): number {
    return 500;
  }
}
