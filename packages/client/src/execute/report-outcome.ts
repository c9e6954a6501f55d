import { isTimeout } from '@rookery/common';
import { type Endpoint } from '../endpoint/endpoint.js';
import { answerBehind } from '../errors/answer-error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { UnsendableMessageError } from '../errors/unsendable-message.error.js';

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
  const answer = answerBehind(error);
  if (answer?.instanceFailed) endpoint.done('failure', answer.retryAfterMs);
  else if (answer || isMisfit(error)) endpoint.done('success');
  else endpoint.done(isCallers(error, signal) ? 'ignored' : 'failure');
}

/** An answer in good order that is not what the caller knows: the two disagree, and neither is ill. */
function isMisfit(error: unknown): boolean {
  return error instanceof InvalidResponseError && error.misfit;
}

/** Whether it says nothing of the instance: the caller left, or gave what cannot be sent. */
function isCallers(error: unknown, signal: AbortSignal): boolean {
  return error instanceof UnsendableMessageError || isCallersAbort(error, signal);
}

/** A timeout aborts the signal as well, but it is the instance that was too slow. */
function isCallersAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason && !isTimeout(error);
}
