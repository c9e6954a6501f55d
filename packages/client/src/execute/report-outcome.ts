import { isRookeryError } from '@rookery/common';
import { type Endpoint } from '../endpoint/endpoint.js';
import { isAnswerError } from '../errors/answer-error.js';

/** Makes a try, tells the endpoint how it ended, and passes the result on. */
export async function reportOutcome<T>(
  endpoint: Endpoint,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T> {
  try {
    const value = await send();
    endpoint.done('success');
    return value;
  } catch (error) {
    reportFailure(endpoint, error, signal);
    throw error;
  }
}

/** Most answers, even bad ones, show an instance that works; a caller who left shows nothing. */
function reportFailure(endpoint: Endpoint, error: unknown, signal: AbortSignal): void {
  if (!isAnswerError(error)) endpoint.done(isCallersAbort(error, signal) ? 'ignored' : 'failure');
  else if (error.instanceFailed) endpoint.done('failure', error.retryAfterMs);
  else endpoint.done('success');
}

/** A timeout aborts the signal as well, but it is the instance that was too slow. */
function isCallersAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason && !isRookeryError(error, 'TIMEOUT');
}
