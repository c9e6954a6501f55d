import { RookeryError } from '@rookery/common';

/** What Nest answers for an exception that no filter of the app knows, and for a pattern that has no handler. */
const UNKNOWN_EXCEPTION = 'Internal server error';
const NO_HANDLER = 'There is no matching message handler defined in the remote service.';

/** What an RPC answers with in place of a value: a filter of Nest's or Rookery's, or an `RpcException` of the app's own. */
interface Payload {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly retryAfterMs?: unknown;
}

/**
 * The other side of a Nest transport answered with an error. The policies judge by it; who subscribes gets the `payload`
 * alone, as with Nest's own clients.
 */
export class RpcAnswerError extends RookeryError {
  readonly code = 'RPC_ANSWER';
  /**
   * The error as HTTP knows it: the `statusCode` or `status` of the payload where that is a number, 500 for an exception that
   * the other side did not expect, 501 for a pattern without a handler, and 400 for what it has answered on purpose.
   */
  override readonly status: number;
  /** How long the other side asked us to wait, when it did. */
  readonly retryAfterMs?: number;

  /** @param request What was asked, such as `user-service/users.find`. */
  constructor(
    readonly request: string,
    readonly payload: unknown,
  ) {
    super(`${request}: answered with an error`);
    this.status = statusOf(payload);
    const { retryAfterMs: wait } = Object(payload) as Payload;
    if (Number.isFinite(wait) && (wait as number) >= 0) this.retryAfterMs = wait as number;
  }

  /** Whether it looks like a failure of the moment, so that another try may succeed: 408, 429 or 5xx, except 501. */
  get passing(): boolean {
    return this.instanceFailed || this.status === 408;
  }

  /** Whether it shows an instance in trouble: 429 or 5xx, except 501. Any other answer shows one that works. */
  get instanceFailed(): boolean {
    return (this.status >= 500 && this.status !== 501) || this.status === 429;
  }
}

function statusOf(payload: unknown): number {
  if (payload === NO_HANDLER) return 501;
  const { statusCode, status, message } = Object(payload) as Payload;
  const told = [statusCode, status].find(isErrorStatus);
  if (told !== undefined) return told;
  return status === 'error' && message === UNKNOWN_EXCEPTION ? 500 : 400;
}

function isErrorStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 400 && (value as number) < 600;
}
