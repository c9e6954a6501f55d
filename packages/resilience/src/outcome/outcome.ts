import { isRookeryError, isTimeout } from '@rookery/common';
import { isMisuse } from '../errors/is-misuse.js';
import { isRejection } from '../errors/rejection.error.js';
import { isClientError } from './client-error.js';

/**
 * What an error means to the policies:
 *
 * - `failure`: what was called did not do its work. Breakers record it, retries try again, fallbacks step in.
 * - `ignored`: it says nothing about what was called, because the caller left or asked for something wrong.
 * - `rejected`: a policy turned the call away, so nothing was called. Only fallbacks step in.
 */
export type ErrorKind = 'failure' | 'ignored' | 'rejected';

/**
 * Whether the call ended because its caller left. A timeout is no such end, not even by the caller's own deadline:
 * otherwise a dependency that hangs for longer than its callers wait would never open a circuit.
 */
export function isAbort(error: unknown, caller: AbortSignal | undefined): boolean {
  return caller?.aborted === true && !isTimeout(error);
}

/**
 * The kind of an error that ended a call for a caller with this signal.
 */
export function kindOf(error: unknown, caller: AbortSignal | undefined): ErrorKind {
  if (isRejection(error) || neverStarted(error)) return 'rejected';
  if (isMisuse(error)) return 'ignored';
  return isAbort(error, caller) || isClientError(error) ? 'ignored' : 'failure';
}

/** The deadline had passed before the call could begin. */
function neverStarted(error: unknown): boolean {
  return isRookeryError(error, 'TIMEOUT') && 'timeoutMs' in error && error.timeoutMs === 0;
}
