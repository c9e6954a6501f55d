import { isRookeryError, neverSent } from '@rookery/common';

/** Why there is no answer: nothing was ever sent, the exchange was cut off, or the answer is larger than is read. */
export type FailureReason = 'not sent' | 'cut off' | 'too large';

/** An exchange without a usable answer. The client turns it into an error that names the call. */
export class TransportFailure extends Error {
  constructor(
    readonly reason: FailureReason,
    override readonly cause: unknown,
  ) {
    super(reason, { cause });
  }
}

/** The failure that an error of Node's HTTP client means. */
export function failureOf(error: unknown): TransportFailure {
  if (error instanceof TransportFailure) return error;
  // An error of ours comes from an agent, which gives no connection without a proof of identity.
  return new TransportFailure(neverSent(error) || isRookeryError(error) ? 'not sent' : 'cut off', error);
}
