import { isRookeryError, isTimeout } from '@rookery/common';
import { MeshStatusError } from '../errors/mesh-status.error.js';
import { MeshUnavailableError } from '../errors/mesh-unavailable.error.js';
import { PeerIdentityError } from '../errors/peer-identity.error.js';

/**
 * Whether another try could succeed and do no harm: always when nothing was sent, else only when the call may be
 * executed twice and the failure looks like one of the moment.
 */
export function mayRetry(error: unknown, idempotent: boolean): boolean {
  if (error instanceof PeerIdentityError || isRookeryError(error, 'NO_INSTANCES')) return true;
  if (error instanceof MeshUnavailableError) return idempotent || !error.sent;
  if (isRookeryError(error, 'TIMEOUT')) return idempotent;
  return error instanceof MeshStatusError && error.passing && idempotent;
}

/**
 * Whether an error speaks of the service, whose circuit it may open. That one instance gave no answer does not, while
 * others are untried; nor does it that nobody is there, because nothing was sent.
 */
export function speaksOfService(error: unknown, untried: number): boolean {
  if (isRookeryError(error, 'NO_INSTANCES')) return false;
  const silent =
    error instanceof PeerIdentityError || error instanceof MeshUnavailableError || isTimeout(error);
  return !(silent && untried > 0);
}
