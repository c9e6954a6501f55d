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

/** Error codes of connections that were never made, so that not a byte of the request can have arrived. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** The failure that an error of Node's HTTP client means. */
export function failureOf(error: unknown): TransportFailure {
  if (error instanceof TransportFailure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new TransportFailure(NEVER_SENT.has(code) ? 'not sent' : 'cut off', error);
}
