import { isProblem, type RookeryError } from '@rookery/common';
import { STATUS_CODES } from 'node:http';

/** What a remote peer learns of an error: what it can act on, and nothing of the app's inside. */
export interface Answer {
  /** The error as an HTTP status, whatever the transport. */
  readonly statusCode: number;
  /** The status in words, or the title of a problem; never the error's own message, which names policies, hosts and limits. */
  readonly message: string;
  /** The error's code, such as `CIRCUIT_OPEN`. */
  readonly code: string;
  /** Whole milliseconds after which another try makes sense; 0: soon, but nobody knows when. Unset: no advice. */
  readonly retryAfterMs?: number;
  /** What an error that was made to be read says of itself (RFC 9457). */
  readonly problem?: object;
}

/** What Nest says on every transport of an error that it knows nothing about. */
export const UNKNOWN_ERROR = 'Internal server error';

/** The answer to an error; `undefined` when it has no status to answer with, so that it is unknown to the peer. */
export function answerTo(error: RookeryError): Answer | undefined {
  const { responseStatus: statusCode = 0, code } = error;
  if (statusCode < 400 || statusCode >= 600) return undefined;
  const answer = { statusCode, message: STATUS_CODES[statusCode] ?? 'Error', code, ...saidOnPurpose(error) };
  const { retryAfterMs: wait } = error as { readonly retryAfterMs?: unknown };
  if (!Number.isFinite(wait)) return answer;
  return { ...answer, retryAfterMs: Math.max(0, Math.ceil(wait as number)) };
}

/** A problem that came from a service behind us is not for our own caller, as its status is not. */
function saidOnPurpose(error: RookeryError): Pick<Answer, 'problem'> & { readonly message?: string } {
  if (!isProblem(error) || error.request !== undefined) return {};
  return { message: error.title, problem: error.toProblem() };
}
